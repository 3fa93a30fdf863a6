//! What one call of a port is on AWS, in what AWS counts.

use std::ops::AddAssign;

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Units {
    /// Requests over the network: they take time.
    pub(super) requests: u64,
    /// Time beyond that, in milliseconds.
    pub(super) millis: u64,
    /// Read units of DynamoDB.
    pub(super) reads: u64,
    /// Write units of DynamoDB.
    pub(super) writes: u64,
    /// Requests to CloudWatch.
    pub(super) alarm_reads: u64,
    /// Events of ours.
    pub(super) events: u64,
    /// Requests to Secrets Manager.
    pub(super) secrets: u64,
    /// Letters.
    pub(super) letters: u64,
}

/// How large is what calls read and write, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// The service's desk.
    pub(super) desk: u64,
    /// The desks of all services.
    pub(super) desks: u64,
    /// The record of the deployment, as far as it is written.
    pub(super) record: u64,
    /// How many alarms are asked at once.
    pub(super) alarms: u64,
    /// How many read replicas are asked at once.
    pub(super) replicas: u64,
    /// How many metrics the document names beside the comparison with blue.
    pub(super) metrics: u64,
    /// The longest that a good answer to a smoke request takes, in milliseconds.
    pub(super) smoke: u64,
}

/// A read unit is 4 KB and a write unit is 1 KB, and nothing is less than one.
/// Source: the DynamoDB developer guide, "Read and write operations".
const READ_UNIT: u64 = 4096;
const WRITE_UNIT: u64 = 1024;

/// `DescribeAlarms` answers up to so many alarms. Source: the CloudWatch API reference.
const ALARMS: u64 = 100;

impl Units {
    /// What a call is, by the port and the question; `None` if nobody wrote down what it is.
    #[expect(clippy::match_same_arms, reason = "each call says by itself what it is")]
    pub(super) fn of(call: &str, sizes: &Sizes) -> Option<Self> {
        let requests = |requests| Self { requests, ..Self::default() };
        let reads = |bytes: u64| bytes.div_ceil(READ_UNIT).max(1);

        Some(match call {
            // ssm:GetParameter, ssm:GetParametersByPath: standard parameters are free.
            "catalog.service" | "catalog.services" => requests(1),
            // The login of the registry, its token, the manifest.
            "registry.digest_of" | "registry.has" => Self { secrets: 1, ..requests(3) },
            // The manifest once more, by the token of before.
            "registry.platforms" => requests(1),
            // ecs:DescribeServices, its revisions, its deployment. Calls of ECS are free.
            "fleet.serving" => requests(3),
            // ecs:DescribeServices; ecs:DescribeTaskDefinition.
            "fleet.wiring" | "fleet.blueprint" => requests(1),
            // elasticloadbalancing:DescribeTargetGroups and its attributes; DescribeRules.
            "balancer.group" => requests(2),
            "balancer.rule" => requests(1),
            // secretsmanager:DescribeSecret, which is paid as reading one is, or
            // ssm:DescribeParameters, which is free; logs:DescribeLogGroups, which is free as well.
            "vault.holds" => Self { secrets: 1, ..requests(1) },
            "logs.has_group" => requests(1),
            // ecs:DescribeTaskDefinition and ecs:RegisterTaskDefinition.
            "fleet.register" => requests(2),
            // ecs:ListServiceDeployments, then the revisions of up to forty deployments.
            "fleet.find" => requests(3),
            // ecs:UpdateService; ecs:DescribeServiceDeployments; ecs:ContinueServiceDeployment;
            // ecs:StopServiceDeployment.
            "fleet.launch" | "fleet.rollout" | "fleet.answer" | "fleet.stop" => requests(1),
            // ecs:DescribeServiceRevisions; elasticloadbalancing:DescribeTargetHealth, a group each.
            "fleet.target_groups" => requests(1),
            "balancer.targets" | "balancer.each" => requests(2),
            // ecs:ListTasks and ecs:DescribeTasks, of those that run and those that stopped;
            // ecs:DescribeTaskDefinition; logs:GetLogEvents, which is free as well.
            "fleet.tasks" => requests(4),
            // ecs:DescribeServices, ecs:DescribeTaskDefinition and ecs:RunTask; ecs:DescribeTasks;
            // ecs:ListTasks, of those that run and those that stopped; ecs:StopTask.
            "one_offs.begin" => requests(3),
            "one_offs.task" | "one_offs.end" => requests(1),
            "one_offs.named" => requests(2),
            "fleet.log_place" | "logs.last_lines" => requests(1),
            // cloudwatch:DescribeAlarms; what rings is read by cloudwatch:GetMetricData.
            "alarms.readings" => Self { alarm_reads: 1, ..requests(1) },
            // cloudwatch:DescribeAlarms, a hundred alarms a call; none of no alarms.
            "alarms.states" => {
                let alarm_reads = sizes.alarms.div_ceil(ALARMS);
                Self { alarm_reads, ..requests(alarm_reads) }
            }
            // rds:DescribeDBInstances, of the replicas and of what they follow; rds:DescribeDBClusters.
            "replicas.replicas" => requests(3),
            // cloudwatch:GetMetricData, which is paid by the metric: the lag of each replica; three
            // metrics of each fleet.
            "metrics.series" => Self { alarm_reads: sizes.replicas.max(6), ..requests(1) },
            // iam:GetRole.
            "roles.role" => requests(1),
            // Those of the document, or what is used of a quota.
            "metrics.computed" => Self { alarm_reads: sizes.metrics.max(1), ..requests(1) },
            // s3:GetObject.
            "objects.object" | "objects.stream" => requests(1),
            "prometheus.ask" => Self::default(),
            "probe.ask" => Self { millis: sizes.smoke, ..Self::default() },
            // dynamodb:GetItem, strongly consistent.
            "ledger.desk" => Self { reads: reads(sizes.desk), ..requests(1) },
            // dynamodb:UpdateItem on a condition. One that fails costs the same.
            "ledger.replace" => Self { writes: writes(sizes.desk), ..requests(1) },
            // dynamodb:Query of all desks.
            "ledger.desks" | "ledger.watchers" => Self { reads: reads(sizes.desks), ..requests(1) },
            // dynamodb:Query of everything that is recorded so far.
            "ledger.record" => Self { reads: reads(sizes.record), ..requests(1) },
            // The same, and dynamodb:PutItem. What a large entry costs beyond one unit is counted
            // when it is known.
            "ledger.append" => Self { reads: reads(sizes.record), writes: 1, ..requests(2) },
            // states:ListExecutions, of executions that failed, ran out of time or were stopped: free.
            "executions.broken_off" => requests(3),
            // states:SendTaskSuccess, states:SendTaskFailure, states:DescribeExecution: free.
            "callbacks.succeed" | "callbacks.fail" => requests(1),
            "executions.runs" => requests(2),
            // events:PutEvents, one event.
            "bus.publish" => Self { events: 1, ..requests(1) },
            // dynamodb:GetItem and dynamodb:UpdateItem, of less than a unit.
            "threads.thread" => Self { reads: 1, ..requests(1) },
            "threads.keep" => Self { writes: 1, ..requests(1) },
            // dynamodb:UpdateItem, a second time where the channel is quiet.
            "threads.reserve" => Self { writes: 2, ..requests(2) },
            "threads.hold_off" => Self { writes: 1, ..requests(1) },
            // Slack, and the secret of its bot with the one before it.
            "chat.say" => Self { secrets: 2, ..requests(3) },
            // sns:Publish.
            "mailbox.send" => Self { letters: 1, ..requests(1) },
            _ => return None,
        })
    }

    /// What the webhook asks beyond its event: the secret, and the one before it.
    pub(super) fn of_webhook() -> Self {
        Self { requests: 2, secrets: 2, ..Self::default() }
    }
}

/// The units of writing an item.
pub(super) fn writes(bytes: u64) -> u64 {
    bytes.div_ceil(WRITE_UNIT).max(1)
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.millis += other.millis;
        self.reads += other.reads;
        self.writes += other.writes;
        self.alarm_reads += other.alarm_reads;
        self.events += other.events;
        self.secrets += other.secrets;
        self.letters += other.letters;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_and_written_is_rounded_up() {
        let sizes = Sizes {
            desk: 1025,
            desks: 9000,
            record: 4097,
            alarms: 101,
            replicas: 9,
            metrics: 2,
            smoke: 700,
        };
        let of = |call| Units::of(call, &sizes).expect(call);

        assert_eq!((of("ledger.desk").reads, of("ledger.replace").writes), (1, 2));
        assert_eq!((of("ledger.append").reads, of("ledger.append").writes), (2, 1));
        assert_eq!(of("ledger.watchers").reads, 3);
        assert_eq!(of("alarms.states").alarm_reads, 2);
        assert_eq!(of("metrics.series").alarm_reads, 9);
        assert_eq!(of("metrics.computed").alarm_reads, 2);
        assert_eq!(of("probe.ask").millis, 700);
        assert_eq!(Units::of("ledger.burn", &sizes), None);
    }
}
