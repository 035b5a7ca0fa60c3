import { expect } from 'vitest';
import { WireError, type WireErrorReason } from '../../../src/base/errors.ts';

/** Runs something that must refuse its bytes, and gives the refusal. */
export function wireErrorOf(action: () => unknown): WireError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return error as WireError;
  }
  return expect.unreachable('no WireError');
}

/** Expects a refusal with this reason, and at this offset if one is given. */
export function expectWireError(action: () => unknown, reason: WireErrorReason, offset?: number): void {
  const error = wireErrorOf(action);
  expect(error.reason).toBe(reason);
  if (offset !== undefined) expect(error.offset).toBe(offset);
}
