// Wakes the executions that wait for news: what `resume` does, in Node with the AWS SDK v3.
//
// It does what `crates/workflow/src/resume.rs` does and no more: the clients are built before the
// first event, then each event costs one Query, and one call for everybody whom it concerns.

import { DynamoDBClient, paginateQuery } from "@aws-sdk/client-dynamodb";
import {
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";

const table = process.env.CUTOVER_TABLE;
const dynamodb = new DynamoDBClient();
const stepfunctions = new SFNClient();

export async function handler(event) {
  const heeds = reader(event);
  const woken = [];
  for await (const watcher of watchers()) {
    if (heeds(watcher) && (await succeed(watcher.token))) {
      woken.push(watcher.deployment);
    }
  }
  return { deployments: woken };
}

// Whether an event concerns a watcher.
function reader(event) {
  switch (event["detail-type"]) {
    case "ECS Hook State Change":
      return (watcher) => watcher.rollout === event.detail.serviceDeploymentArn;
    case "ECS Deployment State Change":
      return ({ place }) =>
        event.resources[0].endsWith(`:service/${place.cluster}/${place.service}`);
    case "CloudWatch Alarm State Change":
      return (watcher) => watcher.alarms.includes(event.detail.alarmName);
    default:
      throw new Error(`nobody waits for ${event["detail-type"]}`);
  }
}

// Everybody who waits, by the desks of the ledger.
async function* watchers() {
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: "desk" } },
      ConsistentRead: true,
    },
  );
  for await (const page of pages) {
    for (const item of page.Items) {
      const { watcher } = JSON.parse(item.body.S);
      if (watcher) yield watcher;
    }
  }
}

// Answers for a waiting task, and says whether somebody was there.
async function succeed(token) {
  try {
    await stepfunctions.send(new SendTaskSuccessCommand({ taskToken: token, output: "{}" }));
    return true;
  } catch (error) {
    if (error instanceof TaskDoesNotExist || error instanceof TaskTimedOut) return false;
    throw error;
  }
}
