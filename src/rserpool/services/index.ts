/**
 * Services for pools, in the wire formats that the reference implementation of RSerPool, rsplib, speaks too: what an
 * element does for its users, and what a user does with it.
 */

export { type CalculateOptions, type CalculateResult, calculate } from './calcapp/calculate.ts';
export * from './calcapp/messages.ts';
export { type CalcAppServiceOptions, calcAppService } from './calcapp/serve.ts';
export { chargenService } from './chargen.ts';
export { type Clock, pause } from './clock.ts';
export { daytimeService, daytimeText, readDaytime } from './daytime.ts';
export { discardService } from './discard.ts';
export { echoService } from './echo.ts';
export { type ExecServiceOptions, execService } from './exec.ts';
export { type DrawOptions, drawFractal } from './fractal/draw.ts';
export * from './fractal/messages.ts';
export { FractalPicture } from './fractal/picture.ts';
export { type FractalServiceOptions, fractalService } from './fractal/serve.ts';
export * from './pingpong.ts';
export { type Service, type ServiceContext, type ServiceOptions, startService } from './service.ts';
