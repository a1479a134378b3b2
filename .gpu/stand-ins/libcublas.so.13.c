#include <stdlib.h>
#include <string.h>
const char *cublasGetStatusName(int e) { return "stand-in"; }
int cublasGemmEx(void) { return 0; }
int cublasCreate_v2(void **p) { *p = malloc(64); return 0; }
int cublasSgemm_v2(void) { return 0; }
int cublasDgeam(void) { return 0; }
int cublasSscal_v2(void) { return 0; }
int cublasSetMathMode(void) { return 0; }
int cublasDgetrfBatched(void) { return 0; }
const char *cublasGetStatusString(int e) { return "stand-in"; }
int cublasDgemmBatched(void) { return 0; }
int cublasScopy_v2(void) { return 0; }
int cublasGemmBatchedEx(void) { return 0; }
int cublasSetStream_v2(void) { return 0; }
int cublasGetMathMode(void) { return 0; }
int cublasDcopy_v2(void) { return 0; }
int cublasDgemmStridedBatched(void) { return 0; }
int cublasDgemm_v2(void) { return 0; }
int cublasSgetriBatched(void) { return 0; }
int cublasSgemmStridedBatched(void) { return 0; }
int cublasSgemmBatched(void) { return 0; }
int cublasGemmStridedBatchedEx(void) { return 0; }
int cublasSgeam(void) { return 0; }
int cublasDgetriBatched(void) { return 0; }
int cublasDestroy_v2(void) { return 0; }
int cublasSgetrfBatched(void) { return 0; }