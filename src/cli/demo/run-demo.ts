import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { type Io, untilInterrupted } from '../io.ts';
import { jsonLine } from '../json-line.ts';
import { addressesOf, DEMO_ADDRESS, makeCast } from './cast.ts';
import { DemoKeys } from './demo-keys.ts';
import { Director } from './director.ts';
import { PacketLog } from './packet-log.ts';
import { playStory, type StoryResults } from './story.ts';
import { type Summary, summaryTable } from './summary.ts';
import { Timeline } from './timeline.ts';
import { LEAVE_LIMIT_MS, STORY_LIMIT_MS } from './timing.ts';

export interface DemoOptions {
  /** Leave everything running after the story, until Ctrl-C. */
  readonly keep: boolean;
  /** The summary as one JSON object on standard output, all else to standard error. */
  readonly json: boolean;
  /** pcapng file for all packets. */
  readonly capture: string | undefined;
  /** TLS everywhere, with keys and certificates made for it. */
  readonly secure: boolean;
}

/**
 * The whole demo.
 *
 * @throws (rejects) CliError if a step did not happen, or a request was lost or answered wrongly; after the summary
 */
export async function runDemo({ keep, json, capture, secure }: DemoOptions, io: Io): Promise<void> {
  const timeline = new Timeline(json ? io.err : io.out, io.color && !json);
  using packets = capture === undefined ? undefined : new PacketLog(capture);
  using keys = secure ? new DemoKeys() : undefined;
  const cast = await makeCast(capture !== undefined, keys?.directory);
  const director = new Director(cast, timeline, packets && ((packet) => packets.add(packet)));
  const results: StoryResults = { killed: [], restarted: [] };
  const interrupt = (): void => director.fail(new CliError('ERR_CLI_INTERRUPTED', 'interrupted before the end'));
  io.interrupted.addEventListener('abort', interrupt);
  const limit = setTimeout(
    () => director.fail(new CliError('ERR_CLI_DEMO', `the demo took more than ${STORY_LIMIT_MS / 1000} s`)),
    STORY_LIMIT_MS,
  );
  let failure: unknown;
  try {
    if (keys !== undefined) {
      keys.make(director.parts.map(({ settings }) => settings));
      timeline.tell('demo', `keys and certificates are in ${keys.directory}: everything is secured by TLS`, 'green');
    }
    timeline.tell('demo', `starts ${director.parts.length} processes on ${DEMO_ADDRESS}`);
    await playStory(director, results);
    clearTimeout(limit);
    io.interrupted.removeEventListener('abort', interrupt);
    if (keep) await keepRunning(director, keys?.directory, io);
    await director.dismiss(LEAVE_LIMIT_MS);
  } catch (error) {
    failure = error;
  } finally {
    clearTimeout(limit);
    io.interrupted.removeEventListener('abort', interrupt);
    await director.killAll();
  }
  failure ??= complaintAbout(director);
  const summary = { ...summaryOf(director, results, failure, packets), secured: secure };
  if (json) io.out(jsonLine(summary));
  else for (const line of ['', ...summaryTable(summary)]) io.out(line);
  if (failure !== undefined) throw failure;
}

async function keepRunning(director: Director, keys: string | undefined, io: Io): Promise<void> {
  director.timeline.tell('demo', 'everything goes on until Ctrl-C:', 'bold');
  for (const part of director.parts) director.timeline.tell(part.name, addressesOf(part.settings));
  if (keys !== undefined) director.timeline.tell('demo', `other commands join with --security ${join(keys, 'user')}`);
  const broken = director.until('the end was asked for', () => io.interrupted.aborted, 2 ** 31 - 1);
  // `until` looks whenever a process reports something, which the user does all the time.
  await Promise.race([broken, untilInterrupted(io)]);
}

/** All steps happened: is every request answered, and rightly? */
function complaintAbout({ user }: Director): CliError | undefined {
  const { sent = 0, answered = 0, wrong = 0 } = user.user ?? {};
  if (sent === answered && wrong === 0 && sent > 0) return undefined;
  return new CliError('ERR_CLI_DEMO', `${sent - answered} of ${sent} requests were lost, ${wrong} answered wrongly`);
}

function summaryOf(
  { steps, timeline, user }: Director,
  results: StoryResults,
  failure: unknown,
  packets: PacketLog | undefined,
): Omit<Summary, 'secured'> {
  const { sent = 0, answered = 0, wrong = 0, repeated = 0 } = user.user ?? {};
  return {
    ok: failure === undefined,
    ...(failure === undefined ? {} : { failure: failure instanceof Error ? failure.message : String(failure) }),
    durationMs: Math.round(timeline.elapsedMs),
    requests: { sent, answered, lost: sent - answered, wrong, repeated },
    ...results,
    steps,
    capture: packets && { file: packets.path, packets: packets.packets },
  };
}
