#include <stdlib.h>
#include <string.h>
int cublasLtMatmulDescDestroy(void) { return 0; }
int cublasLtMatrixLayoutCreate(void **p) { *p = malloc(64); return 0; }
int cublasLtCreate(void **p) { *p = malloc(64); return 0; }
int cublasLtMatrixTransformDescCreate(void **p) { *p = malloc(64); return 0; }
int cublasLtMatmulPreferenceCreate(void **p) { *p = malloc(64); return 0; }
int cublasLtMatmulPreferenceSetAttribute(void) { return 0; }
int cublasLtDestroy(void) { return 0; }
int cublasLtMatrixLayoutSetAttribute(void) { return 0; }
int cublasLtMatrixLayoutDestroy(void) { return 0; }
int cublasLtMatmulDescCreate(void **p) { *p = malloc(64); return 0; }
int cublasLtMatrixTransformDescDestroy(void) { return 0; }
int cublasLtMatmulAlgoInit(void) { return 0; }
int cublasLtMatmulPreferenceDestroy(void) { return 0; }
int cublasLtMatmulAlgoGetHeuristic(void) { return 0; }
int cublasLtMatmulAlgoConfigSetAttribute(void) { return 0; }
int cublasLtMatmulDescSetAttribute(void) { return 0; }
int cublasLtMatmul(void) { return 0; }
int cublasLtMatrixTransform(void) { return 0; }