import { CliError } from '../errors.ts';
import { addressesOf } from './cast.ts';
import type { Director } from './director.ts';
import type { ElementSettings, RegistrarSettings } from './messages.ts';
import type { Part } from './part.ts';
import { STEADY_MS } from './timing.ts';

/** Answers that show that the service works on. */
const SOME_ANSWERS = 25;

/** What the story has measured so far. */
export interface StoryResults {
  failoverMs?: number;
  takeoverMs?: number;
  newHomeMs?: number;
  readonly killed: string[];
  readonly restarted: string[];
}

/** The demo from the first process to a pool that has survived the death of an element and of a registrar. */
export async function playStory(director: Director, results: StoryResults): Promise<void> {
  await startAll(director);
  await director.pause(STEADY_MS);
  await moreAnswers(director, 'the service works');
  await killElement(director, results);
  await moreAnswers(director, 'the service works with all elements again');
  await killRegistrar(director, results);
  await moreAnswers(director, 'the service works with all registrars again');
}

async function startAll(director: Director): Promise<void> {
  const { registrars, elements, user, timeline } = director;
  const start = (parts: readonly Part[]): void => {
    for (const part of parts) {
      part.start();
      timeline.tell(part.name, `starts as process ${part.processId}: ${addressesOf(part.settings)}`);
    }
  };
  start(registrars);
  await director.until('all registrars serve and know each other', () =>
    registrars.every(({ registrar }) => registrar?.serving && registrar.peers.length === registrars.length - 1),
  );
  start(elements);
  await director.until('all elements are in every handlespace', () =>
    registrars.every((registrar) => hasWholeHandlespace(registrar, director)),
  );
  for (const { name, element } of elements) {
    const home = director.registrarAt(element?.homeUdpPort);
    timeline.tell(name, home === undefined ? 'looks for another home' : `has ${home.name} as its home`);
  }
  start([user]);
  await director.until('the user gets answers', () => (user.user?.answered ?? 0) > 0);
}

/** The element that serves the session dies: another one goes on. */
async function killElement(director: Director, results: StoryResults): Promise<void> {
  const { registrars, user, timeline } = director;
  const victim = director.elementOf(user.user?.element);
  if (victim === undefined) throw new CliError('ERR_CLI_DEMO', 'no element serves the session');
  const { peIdentifier } = victim.settings;
  timeline.tell('demo', `✗ SIGKILL to ${victim.name}, which serves the session`, 'red');
  const killedAt = timeline.elapsedMs;
  results.killed.push(victim.name);
  await victim.kill();
  const answeredAt = await director.until(`the session goes on without ${victim.name}`, () => {
    const { answeredBy } = user.user ?? {};
    return answeredBy !== undefined && answeredBy !== peIdentifier;
  });
  results.failoverMs = Math.round(answeredAt - killedAt);
  await director.until(`the registrars have removed ${victim.name}`, () =>
    registrars.every(({ registrar }) => registrar?.elements.includes(peIdentifier) === false),
  );
  timeline.tell('demo', `restarts ${victim.name}`);
  victim.start();
  await director.until(
    `${victim.name} is registered again and in every handlespace`,
    () => isAtHome(victim, director) && registrars.every((registrar) => hasWholeHandlespace(registrar, director)),
  );
  results.restarted.push(victim.name);
}

/** A registrar with elements dies: another one takes them over. */
async function killRegistrar(director: Director, results: StoryResults): Promise<void> {
  const { registrars, timeline } = director;
  const victim = [...registrars].sort((a, b) => elementsOf(b) - elementsOf(a))[0]!;
  const orphans = director.elements.filter((element) => homeOf(element, director) === victim);
  const victimId = victim.registrar?.registrarId;
  if (orphans.length === 0 || victimId === undefined) {
    throw new CliError('ERR_CLI_DEMO', 'no registrar is home to any element');
  }
  const names = orphans.map(({ name }) => name).join(' and ');
  timeline.tell('demo', `✗ SIGKILL to ${victim.name}, the home of ${names}`, 'red');
  const killedAt = timeline.elapsedMs;
  results.killed.push(victim.name);
  await victim.kill();
  const survivors = registrars.filter((registrar) => registrar !== victim);
  const takenOver = director.until(`${victim.name} is taken over`, () => director.takeovers.has(victimId));
  const moved = director.until(`there is a new home for ${names}`, () =>
    orphans.every((element) => homeOf(element, director) !== victim && isAtHome(element, director)),
  );
  const [takenOverAt, movedAt] = await Promise.all([takenOver, moved]);
  results.takeoverMs = Math.round(takenOverAt - killedAt);
  results.newHomeMs = Math.round(movedAt - killedAt);
  await director.until('the other registrars have the whole handlespace', () =>
    survivors.every((registrar) => hasWholeHandlespace(registrar, director)),
  );
  await moreAnswers(director, `the service works without ${victim.name}`);
  timeline.tell('demo', `restarts ${victim.name}`);
  victim.start();
  await director.until(`${victim.name} serves the whole handlespace again`, () => {
    const { registrar } = victim;
    if (!registrar?.serving || registrar.peers.length < survivors.length) return false;
    const known = survivors.every((other) => other.registrar?.peers.includes(registrar.registrarId));
    return known && hasWholeHandlespace(victim, director);
  });
  results.restarted.push(victim.name);
}

async function moreAnswers(director: Director, name: string): Promise<void> {
  const { user, timeline } = director;
  const before = user.user?.answered ?? 0;
  await director.until(name, () => (user.user?.answered ?? 0) >= before + SOME_ANSWERS);
  const { answered, answeredBy } = user.user!;
  timeline.tell('user', `has ${answered} answers; ${director.elementOf(answeredBy)?.name} gives them`);
}

function hasWholeHandlespace({ registrar }: Part<RegistrarSettings>, { elements }: Director): boolean {
  return registrar !== undefined && registrar.elements.length === elements.length;
}

function elementsOf({ registrar }: Part<RegistrarSettings>): number {
  return registrar?.owned.length ?? 0;
}

function homeOf({ element }: Part<ElementSettings>, director: Director): Part<RegistrarSettings> | undefined {
  return director.registrarAt(element?.homeUdpPort);
}

/** The element has a home, and that registrar agrees. */
function isAtHome(element: Part<ElementSettings>, director: Director): boolean {
  const home = homeOf(element, director);
  return home?.registrar?.owned.includes(element.settings.peIdentifier) === true;
}
