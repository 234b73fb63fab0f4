/** A controller that starts a cluster, says so, and waits to be killed. */

import { launch } from '../../../harness/docker/cluster.ts';
import { spec } from './machine.ts';

await launch(spec(process.argv[2] as string));
process.stdout.write('up\n');
setInterval(() => undefined, 1000);
