import { expect, it } from '@jest/globals';
import { DEMO_CLIENTS } from '../contract/demo-clients.ts';
import { aJpeg } from '../support/pictures.ts';
import { startDemoGateway } from '../support/start-gateway.ts';

it('the gateway carries out all of 50 uploads that arrive at once for one Smartsheet user', async () => {
  const smartsheet = DEMO_CLIENTS.find(({ dialect }) => dialect === 'smartsheet');
  if (!smartsheet) throw new Error('the demo speaks Smartsheet');
  const pictures = await Promise.all(
    Array.from({ length: 50 }, (_, index) => aJpeg({ width: 60 + index, height: 60 })),
  );
  const gateway = await startDemoGateway((demo) => ({
    ...demo,
    rateLimits: { ...demo.rateLimits, enabled: false },
    // A picture that waits too long for a worker is refused. How fast the machine is does not matter here.
    imaging: { ...demo.imaging, timeoutSeconds: 120 },
  }));
  try {
    const responses = await Promise.all(
      pictures.map((picture) => smartsheet.upload(gateway.url, picture, 'me.jpg')),
    );
    expect(responses.map((response) => response.status)).toEqual(pictures.map(() => 200));
  } finally {
    await gateway.stop();
  }
});
