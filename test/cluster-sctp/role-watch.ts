import { ElementRole } from '../../src/rserpool/element/element.ts';
import { RegistrarRole } from '../../src/rserpool/registrar/registrar.ts';
import type { Role, RoleInput, RoleOutput } from '../../src/rserpool/role.ts';
import { UserRole } from '../../src/rserpool/user/user.ts';

/**
 * Counts what passes between drivers and roles where programs do not see it: doubts, probes and what comes of them,
 * associations that fail.
 *
 * @returns ends it
 */
export function watchRoles(count: (what: string) => void): () => void {
  const ends = [
    watch('registrar', RegistrarRole.prototype, count),
    watch('element', ElementRole.prototype, count),
    watch('user', UserRole.prototype, count),
  ];
  return () => {
    for (const end of ends) end();
  };
}

type AnyRole = Role<unknown>;

function watch(name: string, prototype: AnyRole, count: (what: string) => void): () => void {
  const { handleInput, pollOutput } = prototype;
  prototype.handleInput = function (this: AnyRole, input, now) {
    const what = noteworthyInput(input);
    if (what !== undefined) count(`${name}: ${what}`);
    handleInput.call(this, input, now);
  };
  prototype.pollOutput = function (this: AnyRole) {
    const output: RoleOutput<unknown> | undefined = pollOutput.call(this);
    if (output?.kind === 'probe') count(`${name}: probes`);
    return output;
  };
  return () => Object.assign(prototype, { handleInput, pollOutput });
}

function noteworthyInput(input: RoleInput): string | undefined {
  switch (input.kind) {
    case 'channel-suspect':
      return 'doubts';
    case 'probe-result':
      return input.alive ? 'probes answered' : 'probes in vain';
    case 'channel-down':
      return input.failed ? `associations failed, ${input.reason}` : undefined;
    case 'send-failed':
      return 'messages not delivered';
    default:
      return undefined;
  }
}
