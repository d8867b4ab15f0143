export { audit } from './audit';
export { findDatabases } from './databases';
export { modules, type Module, type UrlOf } from './modules';
export { printFindings, summarise } from './print';
export { connectTo } from './reader';
export { waitForRest } from './rest';
export { acknowledged } from './witness';
