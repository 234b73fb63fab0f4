/**
 * Whom a fault harms from its beginning to its end. `nobody`: all are up and connected, and messages
 * and timers are on time. `its-nodes`: its targets are down or stand still, and nobody else is harmed.
 * `its-links`: the links that are its targets carry nothing, and nothing else is wrong.
 */
export type Harm = 'nobody' | 'its-nodes' | 'its-links';
