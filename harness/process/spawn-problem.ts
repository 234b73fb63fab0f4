/** Why a program cannot be started, as a person would say it. */
export function spawnProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return 'no such program, or what its first line names is not there';
    case 'EACCES':
      return 'is not executable (chmod +x it, or name what runs it: --bin python3 -- FILE)';
    case 'ENOEXEC':
      return 'is no program that this machine can run (does a script lack its #! line?)';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
