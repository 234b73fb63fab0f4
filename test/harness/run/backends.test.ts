import { backendLaws } from '../backend-laws.ts';

backendLaws({ name: 'sim', request: { system: 'raft', backend: 'sim' } });
