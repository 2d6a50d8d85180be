// BatchAppend: appends that share one call, each with its own id and its own reply.
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import codePb from '@eventstore/db-client/generated/code_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Clock } from '@holdfast/kernel';
import type { ExpectedRevision } from '@holdfast/event-store';
import { appendLimitBytes } from './append-limit.js';
import { Outgoing } from './outgoing.js';
import { ProposedAppend } from './proposed-append.js';
import { position } from './reading.js';
import { asServiceError, Refusal, streamDeleted } from '../refusal.js';
import type { AppendOutcome } from './expectation.js';
import type { StreamView } from './stream-view.js';
import { expectedRevision, streamIdentifier, streamName } from '../wire.js';

const { Code } = codePb;

/** Most appends of one call that may be under way. At this number the server stops reading from the call. */
const unansweredLimit = 4096;

/** Serves one BatchAppend call. The appends are carried out in the order in which their last events arrive. */
export function batchAppend(
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
  view: StreamView,
  clock: Clock,
): void {
  const out = new Outgoing<streams.BatchAppendResp>(call);
  const pending = new Map<
    string,
    { readonly options: streams.BatchAppendReq.Options; proposed: ProposedAppend }
  >();
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
      if (options === undefined) return; // the last message of an append that was never begun
      one = { options, proposed: new ProposedAppend() };
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
  proposed: ProposedAppend,
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
