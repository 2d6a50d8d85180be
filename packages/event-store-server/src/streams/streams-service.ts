// The Streams service: Append, BatchAppend, Delete, Tombstone, Read.
import grpcStreams, { type IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { sendUnaryData } from '@grpc/grpc-js';
import type { Clock } from '@holdfast/kernel';
import type { ExpectedRevision } from '@holdfast/event-store';
import { batchAppend } from './batch-append.js';
import type { AppendOutcome } from './expectation.js';
import { Outgoing } from './outgoing.js';
import { ProposedAppend } from './proposed-append.js';
import type { Reading } from './reading.js';
import { asServiceError, invalidArgument, streamDeleted, wrongExpectedVersion } from '../refusal.js';
import type { StreamView } from './stream-view.js';
import { expectedNumber, expectedRevision, streamName } from '../wire.js';

export const streamsService = grpcStreams.StreamsService;

export function streamsServer(view: StreamView, reading: Reading, clock: Clock): IStreamsServer {
  return {
    read: (call) => {
      const out = new Outgoing<streams.ReadResp>(call);
      void out.during(() => reading.answer(call.request, out));
    },
    append: (call, callback) => {
      let options: streams.AppendReq.Options | undefined;
      const collected = new ProposedAppend();
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
