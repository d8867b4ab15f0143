// For TypeORM's own commands, on the schema of one module:
//
//   THALI_MODULE=order npx typeorm migration:generate -d tools/typeorm/data-source.mjs libs/modules/order/src/migrations/add-tip
//
// writes what the entities of the module (src/entities.ts) have and its migrations do not make yet. The schema is made for the command, by
// the migrations, on a server that ends with it. Rename the file to NNNN-add-tip.migration.ts, remove the schema's name from its SQL (the
// search path has it), and list the class in migrations/index.ts.
import { setUp } from '../set-up.mjs';

setUp();
const { scratchDataSource } = await import('../../dist/tools/typeorm/scratch.js');

export default await scratchDataSource(process.env.THALI_MODULE);
