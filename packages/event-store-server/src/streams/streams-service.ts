// The Streams service: Append, BatchAppend, Delete, Tombstone, Read.
import grpcStreams, { type IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import codePb from '@eventstore/db-client/generated/code_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import { type sendUnaryData, type ServerDuplexStream, status } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Clock } from '@holdfast/kernel';
import type { ExpectedRevision } from '@holdfast/event-store';
import { appendLimitBytes, servedAppendBytes } from './append-limit.js';
import { Outgoing } from './outgoing.js';
import { position, type Reading } from './reading.js';
import {
  asServiceError,
  invalidArgument,
  maximumAppendSizeExceeded,
  Refusal,
  streamDeleted,
  wrongExpectedVersion,
} from '../refusal.js';
import type { WireEvent } from './stored-event.js';
import type { AppendOutcome, StreamView } from './stream-view.js';
import { expectedNumber, expectedRevision, proposedEvent, streamIdentifier, streamName } from '../wire.js';

const { Code } = codePb;

export const streamsService = grpcStreams.StreamsService;

export function streamsServer(view: StreamView, reading: Reading, clock: Clock): IStreamsServer {
  return {
    read: (call) => {
      const out = new Outgoing<streams.ReadResp>(call);
      void out.during(() => reading.answer(call.request, out));
    },
    append: (call, callback) => {
      let options: streams.AppendReq.Options | undefined;
      const collected = new Proposed();
      let isRefused = false;
      call.on('data', (request: streams.AppendReq) => {
        options = request.getOptions() ?? options;
        const message = request.getProposedMessage();
        if (message === undefined || isRefused) return;
        const refusal = collected.add([message]);
        if (refusal === null) return;
        // The client may still be sending.
        isRefused = true;
        callback(asServiceError(refusal));
      });
      call.on('end', () => {
        if (isRefused) return;
        void replyWith(callback, async () => {
          if (options === undefined) throw invalidArgument('An append needs options.');
          const stream = streamName(options.getStreamIdentifier());
          const expected = expectedRevision(options, options.getRevision());
          const outcome = await view.append(stream, collected.events(), expected);
          if (outcome.kind === 'deleted') throw streamDeleted(stream);
          return outcome.kind === 'appended' ? appended(outcome) : refused(outcome.actual, expected);
        });
      });
      // A cancelled call appends nothing; its client knows that the outcome is unknown.
      call.on('error', () => undefined);
    },
    delete: (call, callback) => {
      void replyWith(callback, async () => {
        const { Position } = streams.DeleteResp;
        const at = await removed('Delete', call.request.getOptions(), (stream, expected) =>
          view.delete(stream, expected),
        );
        return new streams.DeleteResp().setPosition(
          new Position().setCommitPosition(at).setPreparePosition(at),
        );
      });
    },
    tombstone: (call, callback) => {
      void replyWith(callback, async () => {
        const { Position } = streams.TombstoneResp;
        const at = await removed('Delete', call.request.getOptions(), (stream, expected) =>
          view.tombstone(stream, expected),
        );
        return new streams.TombstoneResp().setPosition(
          new Position().setCommitPosition(at).setPreparePosition(at),
        );
      });
    },
    batchAppend: (call) => {
      batchAppend(call, view, clock);
    },
  };
}

export async function replyWith<T>(callback: sendUnaryData<T>, answer: () => Promise<T>): Promise<void> {
  try {
    callback(null, await answer());
  } catch (error) {
    callback(asServiceError(error));
  }
}

/** The events of one append, as they come in. Beyond the limit nothing more is kept. */
class Proposed {
  #events: WireEvent[] = [];
  #dataBytes = 0;
  #keptBytes = 0;
  #refusal: unknown = null;

  /** Returns the fault of one of the events, or null. */
  add(messages: Parameters<typeof proposedEvent>[0][]): unknown {
    try {
      for (const message of messages) {
        if (this.#refusal !== null) return this.#refusal;
        const event = proposedEvent(message);
        this.#dataBytes += event.data.length;
        this.#keptBytes += event.data.length + event.metadata.length + event.type.length;
        if (this.#dataBytes > appendLimitBytes || this.#keptBytes > servedAppendBytes) {
          throw maximumAppendSizeExceeded(appendLimitBytes);
        }
        this.#events.push(event);
      }
    } catch (error) {
      this.#refusal = error;
      this.#events = [];
    }
    return this.#refusal;
  }

  /** @throws Refusal when one of the events has a fault */
  events(): readonly WireEvent[] {
    if (this.#refusal !== null) throw this.#refusal as Error;
    return this.#events;
  }
}

function appended({
  revision,
  position: at,
}: Extract<AppendOutcome, { readonly kind: 'appended' }>): streams.AppendResp {
  const success = new streams.AppendResp.Success();
  if (revision < 0) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(revision));
  if (at === null) success.setNoPosition(new shared.Empty());
  else {
    const { Position } = streams.AppendResp;
    success.setPosition(new Position().setCommitPosition(String(at)).setPreparePosition(String(at)));
  }
  return new streams.AppendResp().setSuccess(success);
}

function refused(actual: number, expected: ExpectedRevision): streams.AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (actual < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(actual));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

/** Deletes or ends a stream and returns the position of that in the log. */
async function removed(
  operation: string,
  options: streams.DeleteReq.Options | streams.TombstoneReq.Options | undefined,
  remove: (stream: string, expected: ExpectedRevision) => Promise<AppendOutcome>,
): Promise<string> {
  if (options === undefined) throw invalidArgument(`${operation} needs options.`);
  const stream = streamName(options.getStreamIdentifier());
  const expected = expectedRevision(options, options.getRevision());
  const outcome = await remove(stream, expected);
  if (outcome.kind === 'deleted') throw streamDeleted(stream);
  if (outcome.kind === 'conflict') {
    throw wrongExpectedVersion(operation, stream, expectedNumber(expected), outcome.actual);
  }
  return String(outcome.position);
}

/** appends of one call that may be under way; beyond this nothing more is read from the call */
const unansweredLimit = 4096;

/** Appends that share one call, each with its own id and its own reply, done in the order in which they are complete. */
function batchAppend(
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
  view: StreamView,
  clock: Clock,
): void {
  const out = new Outgoing<streams.BatchAppendResp>(call);
  const pending = new Map<string, { readonly options: streams.BatchAppendReq.Options; proposed: Proposed }>();
  let underWay = 0;
  let ended = false;
  const finish = (): void => {
    if (ended && underWay === 0 && !out.isGone) call.end();
  };
  call.on('data', (request: streams.BatchAppendReq) => {
    const correlation = request.getCorrelationId();
    const key = correlation?.serializeBinary().toString() ?? '';
    const options = request.getOptions();
    let one = pending.get(key);
    if (one === undefined) {
      if (options === undefined) return; // the end of an append whose beginning was never sent
      one = { options, proposed: new Proposed() };
      pending.set(key, one);
    }
    one.proposed.add(request.getProposedMessagesList());
    if (!request.getIsFinal()) return;
    pending.delete(key);
    underWay += 1;
    if (underWay >= unansweredLimit) call.pause();
    void answerBatch(one.options, one.proposed, view, clock).then(async (response) => {
      await out.send(response.setCorrelationId(correlation));
      underWay -= 1;
      if (underWay < unansweredLimit) call.resume();
      finish();
    });
  });
  call.on('end', () => {
    ended = true;
    finish();
  });
  // A cancelled call sends no replies; its complete appends are still written.
  call.on('error', () => undefined);
}

async function answerBatch(
  options: streams.BatchAppendReq.Options,
  proposed: Proposed,
  view: StreamView,
  clock: Clock,
): Promise<streams.BatchAppendResp> {
  const response = new streams.BatchAppendResp();
  try {
    const stream = streamName(options.getStreamIdentifier());
    response.setStreamIdentifier(streamIdentifier(stream));
    const expected = expectedRevision(options, options.getStreamPosition());
    if (expected === 'any') response.setAny(new empty.Empty());
    else if (expected === 'no_stream') response.setNoStream(new empty.Empty());
    else if (expected === 'stream_exists') response.setStreamExists(new empty.Empty());
    else response.setStreamPosition(String(expected));
    const deadline = options.getDeadline();
    if (deadline !== undefined && deadline.toDate().getTime() <= clock.now()) {
      return response.setError(failure(Code.DEADLINE_EXCEEDED, 'Timeout', 'Timeout', new shared.Timeout()));
    }
    const outcome = await view.append(stream, proposed.events(), expected);
    switch (outcome.kind) {
      case 'deleted': {
        const details = new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream));
        return response.setError(
          failure(Code.NOT_FOUND, 'StreamDeleted', streamDeleted(stream).details, details),
        );
      }
      case 'conflict':
        return response.setError(
          failure(
            Code.ALREADY_EXISTS,
            'WrongExpectedVersion',
            'WrongExpectedVersion',
            wrongVersion(expected, outcome.actual),
          ),
        );
      case 'appended':
        return response.setSuccess(batchAppended(outcome));
    }
  } catch (error) {
    return response.setError(batchFailure(error instanceof Refusal ? error : asRefusal(error)));
  }
}

function batchFailure({ code, details, trailers }: Refusal): statusPb.Status {
  switch (trailers['exception']) {
    case 'maximum-append-size-exceeded': {
      const limit = new shared.MaximumAppendSizeExceeded().setMaxappendsize(appendLimitBytes);
      return failure(Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details, limit);
    }
    case 'access-denied':
      return failure(Code.PERMISSION_DENIED, 'AccessDenied', details, new shared.AccessDenied());
    default:
      if (code === status.DEADLINE_EXCEEDED)
        return failure(Code.DEADLINE_EXCEEDED, 'Timeout', details, new shared.Timeout());
      return code === status.INVALID_ARGUMENT
        ? failure(Code.INVALID_ARGUMENT, 'BadRequest', details, new shared.BadRequest().setMessage(details))
        : failure(Code.UNKNOWN, 'Unknown', details, new shared.Unknown());
  }
}

function asRefusal(error: unknown): Refusal {
  const { code, details } = asServiceError(error);
  return new Refusal(code, details);
}

function wrongVersion(expected: ExpectedRevision, actual: number): shared.WrongExpectedVersion {
  const wrong = new shared.WrongExpectedVersion();
  if (actual < 0) wrong.setCurrentNoStream(new empty.Empty());
  else wrong.setCurrentStreamRevision(String(actual));
  if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new empty.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new empty.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return wrong;
}

/** A google.rpc.Status, with a message of details. */
function failure(
  code: codePb.Code,
  type: string,
  message: string,
  details: { serializeBinary(): Uint8Array },
): statusPb.Status {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${type}`);
  return new statusPb.Status().setCode(code).setMessage(message).setDetails(packed);
}

function batchAppended({
  revision,
  position: at,
}: Extract<AppendOutcome, { readonly kind: 'appended' }>): streams.BatchAppendResp.Success {
  const success = new streams.BatchAppendResp.Success();
  if (revision < 0) success.setNoStream(new empty.Empty());
  else success.setCurrentRevision(String(revision));
  return at === null ? success.setNoPosition(new empty.Empty()) : success.setPosition(position(at));
}
