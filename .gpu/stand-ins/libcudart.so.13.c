#include <stdlib.h>
#include <string.h>
int cudaLaunchKernelExC(void) { return 0; }
int __cudaGetKernel(void) { return 0; }
int cudaPeekAtLastError(void) { return 0; }
int __cudaRegisterFunction(void) { return 0; }
int cudaMemPoolCreate(void **p) { *p = malloc(64); return 0; }
int __cudaPopCallConfiguration(void) { return 0; }
int cudaMemPoolSetAttribute(void) { return 0; }
int __cudaPushCallConfiguration(void) { return 0; }
int cudaMemGetInfo(size_t *f, size_t *t) { *f = *t = (size_t)8 << 30; return 0; }
int cudaMallocFromPoolAsync(void **p, size_t n) { *p = malloc(n + 256); return 0; }
int cudaMallocHost(void **p, size_t n) { *p = malloc(n + 256); return 0; }
int cudaStreamWaitEvent(void) { return 0; }
int cudaKernelSetAttributeForDevice(void) { return 0; }
int cudaGetDriverEntryPointByVersion(void) { return 0; }
int cudaLaunchCooperativeKernel(void) { return 0; }
int cudaLaunchKernel(void) { return 0; }
int cudaFreeAsync(void *p, void *s) { free(p); return 0; }
int __cudaLaunchKernel(void) { return 0; }
int cudaHostAlloc(void **p, size_t n) { *p = malloc(n + 256); return 0; }
int cudaEventCreate(void **p) { *p = malloc(64); return 0; }
int cudaFuncGetAttributes(void) { return 0; }
int cudaMemcpy2DAsync(void) { return 0; }
int cudaStreamIsCapturing(void) { return 0; }
int cudaDeviceSynchronize(void) { return 0; }
int cudaFuncSetAttribute(void) { return 0; }
int cudaDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 9 : a == 76 ? 0 : a == 1 ? 1024 : 32; return 0; }
int cudaFreeHost(void *p) { free(p); return 0; }
void **__cudaRegisterFatBinary(void *f) { static void *x[4]; return x; }
int cudaMemset(void *d, int v, size_t n) { memset(d, v, n); return 0; }
int cudaGetLastError(void) { return 0; }
int cudaStreamSynchronize(void) { return 0; }
int cudaGraphDestroy(void) { return 0; }
int cudaSetDevice(void) { return 0; }
int cudaStreamDestroy(void) { return 0; }
int cudaStreamCreate(void **p) { *p = malloc(64); return 0; }
int cudaLaunchHostFunc(void) { return 0; }
int cudaMalloc(void **p, size_t n) { *p = malloc(n + 256); return 0; }
int cudaGetDevice(int *d) { *d = 0; return 0; }
int cudaEventCreateWithFlags(void **p) { *p = malloc(64); return 0; }
const char *cudaGetErrorString(int e) { return "stand-in"; }
int cudaGraphExecDestroy(void) { return 0; }
int cudaGraphInstantiate(void) { return 0; }
int cudaMemPoolTrimTo(void) { return 0; }
int cudaStreamBeginCapture(void) { return 0; }
int cudaLibraryUnload(void) { return 0; }
int cudaMemcpy(void *d, const void *s, size_t n) { memcpy(d, s, n); return 0; }
int cudaEventElapsedTime(void) { return 0; }
int cudaEventSynchronize(void) { return 0; }
int __cudaRegisterVar(void) { return 0; }
int cudaLibraryLoadData(void) { return 0; }
int cudaGraphLaunch(void) { return 0; }
int __cudaRegisterFatBinaryEnd(void) { return 0; }
int cudaStreamCreateWithFlags(void **p) { *p = malloc(64); return 0; }
int cudaRuntimeGetVersion(int *v) { *v = 13000; return 0; }
int cudaFree(void *p) { free(p); return 0; }
const char *cudaGetErrorName(int e) { return "stand-in"; }
int cudaMemcpyFromSymbol(void) { return 0; }
int cudaMemsetAsync(void *d, int v, size_t n) { memset(d, v, n); return 0; }
int cudaMemcpyAsync(void *d, const void *s, size_t n) { memcpy(d, s, n); return 0; }
int cudaMemPoolDestroy(void) { return 0; }
int cudaLibraryGetKernel(void) { return 0; }
int cudaEventDestroy(void) { return 0; }
int cudaGetDeviceCount(int *d) { *d = 1; return 0; }
int cudaPointerGetAttributes(void) { return 0; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *n) { *n = 2; return 0; }
int cudaStreamEndCapture(void) { return 0; }
int cudaGetDeviceProperties(char *p, int d) {
    memset(p, 0, 1024);
    *(int *)(p + 308) = 32; *(int *)(p + 320) = 1024; *(int *)(p + 360) = 9;
    return 0;
  }
int cudaEventRecord(void) { return 0; }
int __cudaUnregisterFatBinary(void) { return 0; }
int cudaDriverGetVersion(int *v) { *v = 13000; return 0; }
int cudaMemPoolGetAttribute(void) { return 0; }