export {
  type Disentanglement,
  type DisentanglementOptions,
  disentanglement,
} from './disentanglement.js';
