/** What every part of a protocol works on during one step of one node. */

/** One for all nodes and steps of a protocol: handlers are not entered again while one runs. */
interface StepContext<State, Env, Context> {
  /** A new one, at a node's start: what it holds may depend on the options. */
  readonly begin: (state: State, env: Env) => Context;
  /** The one there is, turned to this node. */
  readonly enter: (state: State, env: Env) => Context;
}

/** Hands out a context that `make` builds, with the state and environment of the node at hand. */
export function stepContext<State, Env, Context extends { state: State; env: Env }>(
  make: (state: State, env: Env) => Context,
): StepContext<State, Env, Context> {
  let context: Context | null = null;
  const begin = (state: State, env: Env): Context => {
    context = make(state, env);
    return context;
  };
  const enter = (state: State, env: Env): Context => {
    if (context === null) return begin(state, env);
    context.state = state;
    context.env = env;
    return context;
  };
  return { begin, enter };
}
