// A specification must fail when it is not met: each kind of difference occurs here once.
import { describe, expect, test } from '@jest/globals';
import {
  accepted,
  assertNever,
  rejected,
  type Decider,
  type DomainCommand,
  type DomainEvent,
  type Process,
  type Projection,
} from '@holdfast/kernel';
import {
  deciderSpecification,
  processSpecification,
  projectionSpecification,
  received,
  recorder,
} from './index.js';

type LightEvent = DomainEvent<'SwitchedOn', { readonly room: string }> | DomainEvent<'SwitchedOff'>;
type LightCommand = DomainCommand<'SwitchOn', { readonly room: string }> | DomainCommand<'SwitchOff'>;
type Light = { readonly on: boolean };
const on: LightEvent = { type: 'SwitchedOn', data: { room: 'hall' } };
const off: LightEvent = { type: 'SwitchedOff', data: null };
const switchOn: LightCommand = { type: 'SwitchOn', data: { room: 'hall' } };
const switchOff: LightCommand = { type: 'SwitchOff', data: null };

const light: Decider<
  LightCommand,
  LightEvent,
  Light,
  { readonly code: 'AlreadyOff'; readonly since: string }
> = {
  initialState: { on: false },
  evolve: (_state, event) => ({ on: event.type === 'SwitchedOn' }),
  decide(command, state) {
    switch (command.type) {
      case 'SwitchOn':
        return accepted(state.on ? [] : [{ type: 'SwitchedOn', data: { room: command.data.room } }]);
      case 'SwitchOff':
        return state.on ? accepted([off]) : rejected({ code: 'AlreadyOff', since: 'ever' });
      default:
        return assertNever(command);
    }
  },
};

describe('a decider specification', () => {
  const { given } = deciderSpecification(light);

  test('holds when the events, no events, or the refusal are as expected', () => {
    given([]).when(switchOn).then([on]);
    given([on]).when(switchOn).thenNothing();
    given([]).when(switchOff).thenRejected('AlreadyOff');
    given([]).when(switchOff).thenRejected({ code: 'AlreadyOff', since: 'ever' });
  });
  test('fails on other events, on fewer, and on more', () => {
    expect(() => given([]).when(switchOn).then([off])).toThrow();
    expect(() => given([]).when(switchOn).then([on, off])).toThrow();
    expect(() => given([]).when(switchOn).then([])).toThrow();
    expect(() => given([]).when(switchOn).thenNothing()).toThrow();
  });
  test('fails when a refusal was expected and the command accepted, and the other way round', () => {
    expect(() => given([on]).when(switchOff).thenRejected('AlreadyOff')).toThrow('accepted');
    expect(() => given([]).when(switchOff).then([off])).toThrow('refused');
    expect(() => given([]).when(switchOff).thenNothing()).toThrow();
    expect(() => given([]).when(switchOff).thenRejected({ code: 'AlreadyOff', since: 'noon' })).toThrow();
  });
  test('fails a decider that writes to its state, keeps a memory of its own, or returns events that are not JSON', () => {
    const broken = (decide: typeof light.decide) =>
      deciderSpecification({ ...light, decide })
        .given([on])
        .when(switchOn);
    expect(() =>
      broken((_command, state) => {
        Object.assign(state, { on: false });
        return accepted([]);
      }),
    ).toThrow('read only');
    let calls = 0;
    expect(() => broken(() => accepted((calls += 1) === 1 ? [] : [off]))).toThrow('the same command');
    const strange = { type: 'SwitchedOff', data: { at: undefined } } satisfies LightEvent;
    expect(() => broken(() => accepted([strange])).then([strange])).toThrow('must be JSON');
  });
});

describe('a process specification', () => {
  type Alarm = DomainEvent<'AlarmArmed', { readonly dueAt: string }> | DomainEvent<'AlarmRung'>;
  const armed: Alarm = { type: 'AlarmArmed', data: { dueAt: '2026-01-01T00:01:00.000Z' } };
  const rung: Alarm = { type: 'AlarmRung', data: null };
  const alarm: Process<LightEvent, Alarm, readonly Alarm[], LightCommand> = {
    name: 'alarm',
    initialState: [],
    inputPrefixes: ['light-'],
    route: () => ({ kind: 'start', id: 'a' }),
    decide: (input, state) => (input.kind === 'event' ? (state.length === 0 ? [armed] : []) : [rung]),
    evolve: (state, event) => [...state, event],
    pending(state) {
      const last = state.at(-1);
      if (last?.type === 'AlarmArmed') return [{ kind: 'deadline', name: 'ring', dueAt: last.data.dueAt }];
      return state.length === 0
        ? []
        : [{ kind: 'command', step: 'dark', command: switchOff, failedAttempts: 0 }];
    },
  };
  const { given } = processSpecification(alarm);
  const switchedOn = received(recorder()('light-1', on));
  const due = { kind: 'deadline', name: 'ring', dueAt: armed.data.dueAt, at: armed.data.dueAt } as const;

  test('compares the decisions of all inputs, and the work left after the last', () => {
    given([]).when(switchedOn).then([armed]).thenPending('deadline:ring');
    given([armed]).when(switchedOn).thenNothing();
    given([]).when(switchedOn, switchedOn, due).then([armed, rung]).thenPending('dark');
    given([armed, rung]).thenPending({
      kind: 'command',
      step: 'dark',
      command: switchOff,
      failedAttempts: 0,
    });
    given([]).thenPending();
  });
  test('fails on other decisions, and on other work', () => {
    expect(() => given([]).when(switchedOn).thenNothing()).toThrow();
    expect(() => given([]).when(switchedOn, due).then([armed])).toThrow();
    expect(() => given([]).when(switchedOn).thenPending()).toThrow();
    expect(() => given([armed]).thenPending('deadline:ring', 'dark')).toThrow();
    expect(() => given([armed]).thenPending({ kind: 'deadline', name: 'ring', dueAt: 'later' })).toThrow();
  });
});

describe('a projection specification', () => {
  type Room = { readonly id: string; readonly lit: number };
  const rooms: Projection<Room> = {
    name: 'rooms',
    version: 1,
    prefixes: ['light-'],
    indexes: {},
    collections: { switches: {} },
    key: (event) => (event.type === 'SwitchedOn' ? (event.data as { room: string }).room : null),
    project: (event, room) => [
      { document: { id: (event.data as { room: string }).room, lit: (room?.lit ?? 0) + 1 } },
      { collection: 'switches', document: { id: event.id, lit: 1 } },
    ],
  };
  const { given } = projectionSpecification(rooms);

  test('compares the documents that the events leave, in each collection', () => {
    const record = recorder();
    const first = record('light-1', on);
    const elsewhere = record('lamp-1', on);
    given([first, elsewhere, record('light-1', off)])
      .then([{ id: 'hall', lit: 1 }])
      .thenIn('switches', [{ id: first.id, lit: 1 }]);
    given([first, record('light-2', on)]).then([{ id: 'hall', lit: 2 }]);
  });
  test('fails on other documents, on unknown collections, and when a document other than the one under the key changes', () => {
    const event = recorder()('light-1', on);
    expect(() => given([event]).then([])).toThrow();
    expect(() => given([event]).then([{ id: 'hall', lit: 2 }])).toThrow();
    expect(() => given([event]).thenIn('lamps', [])).toThrow('no collection lamps');
    const astray = projectionSpecification<Room>({ ...rooms, key: () => 'attic' });
    expect(() => astray.given([event])).toThrow('under the key');
  });
});
