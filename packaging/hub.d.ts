export {
  commitIter,
  createBranch,
  createRepo,
  downloadFile,
  HubApiError,
  listFiles,
  modelInfo,
} from '@huggingface/hub';
