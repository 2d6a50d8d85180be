// How far sagas came: a bar for each step, with the number of sagas that began it.
import { inWords, Nothing } from '../../ui/parts.js';
import { Bar, Bars } from './bars.js';
import type { StepLatencies } from './latencies.js';

const beganText = ({ begun, ended, failed }: StepLatencies): string =>
  [
    String(begun),
    ...(ended < begun ? [`${begun - ended} under way`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');

export function Funnel({ steps }: { readonly steps: readonly StepLatencies[] }) {
  if (steps.length === 0) return <Nothing title="No saga has begun." />;
  const most = Math.max(1, ...steps.map(({ begun }) => begun));
  return (
    <Bars>
      {steps.map((step) => (
        <Bar key={step.kind} name={inWords(step.kind)} part={step.begun / most} text={beganText(step)} />
      ))}
    </Bars>
  );
}
