// A loop over the Runtime API, the smallest that does: what AWS's own npm package for it
// (aws-lambda-ric) adds is a native HTTP client, which Node 20 cannot load.
import { Agent, request } from 'node:http';

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const req = request({ agent, hostname, port, method, headers, path: `/2018-06-01/runtime/${path}` }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => resolve({ headers: res.headers, text: Buffer.concat(chunks).toString() }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });

export const serve = async (handler) => {
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next');
    const awsRequestId = headers['lambda-runtime-aws-request-id'];
    try {
      const answer = await handler(text ? JSON.parse(text) : {}, { awsRequestId });
      await call('POST', `invocation/${awsRequestId}/response`, JSON.stringify(answer));
    } catch (error) {
      const report = { errorType: error.name, errorMessage: error.message };
      await call('POST', `invocation/${awsRequestId}/error`, JSON.stringify(report));
    }
  }
};
