#include <stdlib.h>
#include <string.h>
int cudnnContext(void) { return 0; }
int cudnnHandle_t(void) { return 0; }
int cudnnSetStream(void) { return 0; }
size_t cudnnGetVersion(void) { return 91000; }
int cudnnBackendDestroyDescriptor(void) { return 0; }
int cudnnBackendSetAttribute(void) { return 0; }
int cudnnBackendFinalize(void) { return 0; }
const char *cudnnGetErrorString(int e) { return "stand-in"; }
int cudnnGetStream(void) { return 0; }
int cudnnGetLastErrorString(void) { return 0; }
int cudnnBackendCreateDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnBackendExecute(void) { return 0; }
int cudnnCreate(void **p) { *p = malloc(64); return 0; }
int cudnnFinalize(void) { return 0; }
int cudnnCreateTensorDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetTensorNdDescriptor(void) { return 0; }
int cudnnDeriveBNTensorDescriptor(void) { return 0; }
int cudnnCreateRNNDataDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetRNNDataDescriptor(void) { return 0; }
int cudnnCreateFilterDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetFilterNdDescriptor(void) { return 0; }
int cudnnBatchNormalizationForwardInference(void) { return 0; }
int cudnnBatchNormalizationForwardTraining(void) { return 0; }
int cudnnGetConvolutionForwardWorkspaceSize(void) { return 0; }
int cudnnGetReductionWorkspaceSize(void) { return 0; }
int cudnnSoftmaxForward(void) { return 0; }
int cudnnBackendGetAttribute(void) { return 0; }
int cudnnBackendKnobType_t(void) { return 0; }
int cudnnAddTensor(void) { return 0; }
int cudnnDestroyConvolutionDescriptor(void) { return 0; }
int cudnnCreateLRNDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnCreateReduceTensorDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetReduceTensorDescriptor(void) { return 0; }
int cudnnReduceTensorOp_t(void) { return 0; }
int cudnnReduceTensorIndices_t(void) { return 0; }
int cudnnGetReductionIndicesSize(void) { return 0; }
int cudnnReduceTensor(void) { return 0; }
int cudnnCreateDropoutDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnDropoutGetStatesSize(void) { return 0; }
int cudnnHandle(void) { return 0; }
int cudnnGetRNNTempSpaceSizes(void) { return 0; }
int cudnnRNNForward(void) { return 0; }
int cudnnCreateActivationDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetActivationDescriptor(void) { return 0; }
int cudnnNanPropagation_t(void) { return 0; }
int cudnnDestroyActivationDescriptor(void) { return 0; }
int cudnnConvolutionBiasActivationForward(void) { return 0; }
int cudnnConvolutionForward(void) { return 0; }
int cudnnActivationForward(void) { return 0; }
int cudnnSetDropoutDescriptor(void) { return 0; }
int cudnnCreatePoolingDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnCreateConvolutionDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetConvolutionNdDescriptor(void) { return 0; }
int cudnnSetConvolutionGroupCount(void) { return 0; }
int cudnnSetConvolutionMathType(void) { return 0; }
int cudnnFindConvolutionForwardAlgorithmEx(void) { return 0; }
int cudnnGetConvolutionForwardAlgorithm_v7(void) { return 0; }
int cudnnCreateRNNDescriptor(void **p) { *p = malloc(64); return 0; }
int cudnnSetRNNDescriptor_v8(void) { return 0; }
int cudnnStatus_t(void) { return 0; }
int cudnnGetRNNWeightParams(void) { return 0; }
int cudnnGetTensorNdDescriptor(void) { return 0; }
int cudnnDestroyReduceTensorDescriptor(void) { return 0; }
int cudnnDestroy(void) { return 0; }
int cudnnDestroyTensorDescriptor(void) { return 0; }
int cudnnDestroyRNNDataDescriptor(void) { return 0; }
int cudnnDestroyFilterDescriptor(void) { return 0; }
int cudnnDestroyPoolingDescriptor(void) { return 0; }
int cudnnDestroyRNNDescriptor(void) { return 0; }
int cudnnPoolingForward(void) { return 0; }
int cudnnDestroyLRNDescriptor(void) { return 0; }
int cudnnSetLRNDescriptor(void) { return 0; }
int cudnnLRNCrossChannelForward(void) { return 0; }
int cudnnDestroyDropoutDescriptor(void) { return 0; }
int cudnnSetPoolingNdDescriptor(void) { return 0; }