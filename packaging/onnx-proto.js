export { default } from 'onnx-proto';
