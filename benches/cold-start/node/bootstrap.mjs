// The least that Lambda's Runtime API asks of a function: the next event, its answer or its error.
//
// AWS's own client, `aws-lambda-ric`, is an add-on in C++ that has to be compiled, and wants a newer
// Node than many have. This one does less, which is to the advantage of Node.

import { Agent, request } from "node:http";

import { handler } from "./handler.mjs";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` };
    const asked = request(options, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve([answer.headers, Buffer.concat(chunks).toString()]));
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function serve() {
  for (;;) {
    const [headers, body] = await call("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await call("POST", `${id}/response`, JSON.stringify(await handler(JSON.parse(body))));
    } catch (error) {
      const told = { errorType: error.name, errorMessage: error.message };
      await call("POST", `${id}/error`, JSON.stringify(told));
    }
  }
}

serve();
