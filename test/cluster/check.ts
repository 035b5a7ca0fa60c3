import type { World } from './world.ts';

/** Whether all registrars hold the same, which is the truth, and every element has its home. Cheap: views only. */
export function isConverged(world: World): boolean {
  if (world.unmanagedCount > 0 || world.ghostCount > 0) return false;
  let hash: number | undefined;
  for (const registrar of world.registrars) {
    if (!registrar.host.isAlive) continue;
    if (!registrar.isServing || registrar.view.size !== world.wantedCount) return false;
    hash ??= registrar.hash;
    if (registrar.hash !== hash) return false;
  }
  return true;
}

/** What keeps a world from being converged, for people. */
export function divergence(world: World): string {
  const parts: string[] = [];
  for (const { host, isServing, view, hash } of world.registrars) {
    if (!host.isAlive) continue;
    parts.push(`${host.name} ${isServing ? '' : 'not serving, '}${view.size} elements, ${(hash >>> 0).toString(16)}`);
  }
  for (const element of world.elements) {
    if (element.lost === undefined || !element.wanted) continue;
    const { home } = element.host.role;
    parts.push(`${element.host.name} (${element.identifier}) believes in ${home?.target.addresses[0] ?? 'nobody'}`);
    if (parts.length > 100) break;
  }
  return `${world.wantedCount} elements, ${world.ghostCount} ghosts, ${world.unmanagedCount} unmanaged; ${parts.join('; ')}`;
}

/** Everything, at the end: contents, checksums, homes, and that nothing is left over. @throws Error */
export function checkEnd(world: World): void {
  checkHandlespaces(world);
  checkChannels(world);
}

function checkHandlespaces(world: World): void {
  const alive = world.registrars.filter(({ host }) => host.isAlive);
  const ids = new Map(alive.map((registrar) => [registrar.id, registrar]));
  const ownChecksums = new Map<number, number>();
  let watched = 0;
  for (const { host, view, id } of alive) {
    const { pools, peers, checksum, watchedElements, tableSessions } = host.role.snapshot();
    ownChecksums.set(id, checksum);
    const elements = pools.flatMap((pool) => pool.elements);
    expect(
      elements.length === world.wantedCount,
      `${host.name} has ${elements.length} of ${world.wantedCount} elements`,
    );
    let own = 0;
    for (const { identifier, homeRegistrarIdentifier: home } of elements) {
      const element = world.wantedElement(identifier);
      expect(element !== undefined, `${host.name} has element ${identifier}, which is gone`);
      expect(view.get(identifier) === home, `${host.name} did not tell all of element ${identifier}`);
      expect(ids.has(home), `the home of element ${identifier} is not alive`);
      expect(element?.manager?.id === home, `${element?.host.name} does not know its home`);
      if (home === id) own++;
    }
    watched += watchedElements;
    expect(watchedElements === own, `${host.name} watches ${watchedElements} elements and owns ${own}`);
    expect(tableSessions === 0, `${host.name} has ${tableSessions} downloads under way`);
    expect(
      peers.length === alive.length - 1,
      `${host.name} has ${peers.length} peers, ${alive.length} registrars live`,
    );
    for (const peer of peers) {
      const name = ids.get(peer.registrarId)?.host.name;
      expect(name !== undefined, `${host.name} has a peer that is gone`);
      expect(
        peer.state === 'active' && peer.connected,
        `${host.name} sees ${name} as ${peer.state}, ${peer.connected}`,
      );
    }
  }
  for (const { host } of alive) {
    for (const { registrarId, checksum } of host.role.snapshot().peers) {
      const expected = ownChecksums.get(registrarId);
      expect(checksum === expected, `${host.name} has checksum ${checksum} for a peer, which has ${expected} itself`);
    }
  }
  expect(watched === world.wantedCount, `${watched} elements are watched, ${world.wantedCount} live`);
}

/** No role keeps a channel that is not there, or does not know one that is, and nobody keeps more than it needs. */
function checkChannels(world: World): void {
  for (const { host, id, view } of world.registrars) {
    if (!host.isAlive) continue;
    const { channels, peers } = host.role.snapshot();
    expect(channels === host.channels.size, `${host.name} knows ${channels} channels of ${host.channels.size}`);
    let own = 0;
    for (const home of view.values()) if (home === id) own++;
    const users = world.users.filter(({ host: user }) => user.role.home?.target.addresses[0] === host.address).length;
    // Nobody has told that these peers are gone: SCTP finds out by HEARTBEATs, in up to a quarter of an hour.
    const halfOpen = [...host.channels.values()].filter(
      (side) => side.association?.peerOf(side).exists !== true,
    ).length;
    const needed = own + users + peers.length + halfOpen;
    expect(channels <= needed + 2, `${host.name} has ${channels} channels, but needs ${needed}`);
    expect(host.attempts.size <= world.registrars.length, `${host.name} opens ${host.attempts.size} channels`);
  }
  for (const { host, wanted } of world.elements) {
    if (!host.isAlive || !wanted) continue;
    const { sessionCount } = host.role;
    const others = host.channels.size - sessionCount;
    expect(
      others <= 2 && host.role.home !== undefined,
      `${host.name} has ${others} channels beside ${sessionCount} sessions`,
    );
  }
  for (const { host } of world.users) {
    if (!host.isAlive) continue;
    // One of them may be closing.
    expect(host.role.sessionCount <= 2, `${host.name} has ${host.role.sessionCount} sessions`);
    expect(host.channels.size <= 3, `${host.name} has ${host.channels.size} channels`);
    expect(host.role.cacheSize <= world.scenario.poolSizes.length, `${host.name} caches ${host.role.cacheSize} pools`);
  }
}

/** Nobody waits for an answer for longer than this while an element of its pool lives. @throws Error */
export function checkWaiting(world: World, since: number, boundMs: number): void {
  const now = world.clock.now();
  for (const { host, waitingSince, poolHandle } of world.users) {
    if (!host.isAlive || waitingSince === undefined || world.membersOf(poolHandle) === 0) continue;
    const waitedMs = now - Math.max(waitingSince, since);
    expect(waitedMs <= boundMs, `${host.name} has been waiting for ${Math.round(waitedMs)} ms`);
  }
}

function expect(isTrue: boolean, text: string): void {
  if (!isTrue) throw new Error(text);
}
