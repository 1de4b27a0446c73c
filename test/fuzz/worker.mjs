// A thread does not inherit tsx from its parent.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
