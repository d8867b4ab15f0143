export { importFiles } from './import-files';
