import { Gauge, type Registry } from 'prom-client';
import type { WatchedWorkers } from './imaging/imaging.ts';

/** Registers how many picture workers there are, how many of them work, and how many pictures wait. */
export function registerWorkerGauges(registry: Registry, { figures }: WatchedWorkers): void {
  const gauges = [
    ['polyface_picture_workers', 'Processes that decode and render pictures.', 'workers'],
    ['polyface_picture_workers_busy', 'Of these, at work on a picture.', 'busy'],
    ['polyface_pictures_waiting', 'Pictures that wait for a worker.', 'waiting'],
  ] as const;
  for (const [name, help, figure] of gauges) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => gauge.set(figures()[figure]),
    });
  }
}
