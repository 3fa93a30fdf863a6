# What is wired to what, and what is refused before anything is made.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
  # AWS's own values are checked by the provider, so those that stand for them have to look alike.
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:mock" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:mock" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:mock" }
  }
}

variables {
  services = {
    checkout = {
      name     = "checkout"
      image    = "ghcr.io/acme/checkout"
      tags     = { semver = ">=1.0.0" }
      cluster  = "shop"
      strategy = { blue_green = {} }
    }
  }
}

run "every_folder_is_a_function_and_every_definition_a_machine" {
  command = plan

  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset([for file in fileset("../../functions", "*/Cargo.toml") : dirname(file)])
    error_message = "A folder of functions/ is no function."
  }
  assert {
    condition     = toset(keys(aws_sfn_state_machine.this)) == toset([for file in fileset("../../statemachines", "*.asl.json") : trimsuffix(file, ".asl.json")])
    error_message = "A definition of statemachines/ is no machine."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.this)) == toset(keys(jsondecode(file("../../events/rules.json"))))
    error_message = "A rule of events/rules.json is none."
  }
}

run "a_function_is_told_what_its_wiring_asks_for" {
  command = plan

  assert {
    condition     = aws_lambda_function.this["sweep"].environment[0].variables["CUTOVER_RECOVERY_MACHINE"] == "arn:aws:states:eu-west-1:123456789012:stateMachine:cutover-recovery"
    error_message = "The sweep is not told of the recovery machine."
  }
  assert {
    condition     = !contains(keys(aws_lambda_function.this["plan"].environment[0].variables), "CUTOVER_REGISTRY_SECRET")
    error_message = "There is no registry secret, and yet plan is told of one."
  }
  assert {
    condition     = keys(aws_lambda_function.this["unwind"].environment[0].variables) == tolist(["CUTOVER_LOG", "CUTOVER_TABLE"])
    error_message = "unwind is told more than it asks for."
  }
}

run "a_registry_secret_is_told_to_plan_alone" {
  variables {
    registry_secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ghcr"
  }

  assert {
    condition     = [for name, it in aws_lambda_function.this : name if contains(keys(it.environment[0].variables), "CUTOVER_REGISTRY_SECRET")] == ["plan"]
    error_message = "Others than plan are told of the registry's login."
  }
}

run "a_login_to_github_is_told_to_mark_alone" {
  variables {
    github_secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:github"
  }

  assert {
    condition     = [for name, it in aws_lambda_function.this : name if contains(keys(it.environment[0].variables), "CUTOVER_GITHUB_SECRET")] == ["mark"]
    error_message = "Others than mark are told of the login to GitHub."
  }
}

run "what_hcp_terraform_is_known_by_is_told_to_receive_and_what_it_is_shown_to_compare" {
  variables {
    hcp_secret         = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hcp"
    hcp_signing_secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hcp-signing"
    services = {
      checkout = {
        name      = "checkout"
        image     = "ghcr.io/acme/checkout"
        tags      = { semver = ">=1.0.0" }
        cluster   = "shop"
        strategy  = { blue_green = {} }
        terraform = { organization = "acme", workspace = "shop", template = "task_definition" }
      }
    }
  }

  assert {
    condition     = [for name, it in aws_lambda_function.this : name if contains(keys(it.environment[0].variables), "CUTOVER_HCP_SECRET")] == ["compare"]
    error_message = "Others than compare are told of the token of HCP Terraform."
  }
  assert {
    condition     = [for name, it in aws_lambda_function.this : name if contains(keys(it.environment[0].variables), "CUTOVER_HCP_SIGNING_SECRET")] == ["receive"]
    error_message = "Others than receive are told what HCP Terraform signs with."
  }
}

run "only_judge_stands_in_the_network" {
  command = plan

  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-1"] }
  }

  assert {
    condition     = [for name, it in aws_lambda_function.this : name if length(it.vpc_config) > 0] == ["judge"]
    error_message = "Others than judge stand in the network."
  }
}

run "people_are_told_of_every_machine_but_one_whose_failure_is_an_answer" {
  command = plan

  assert {
    condition = toset(jsondecode(aws_cloudwatch_event_rule.told["failed"].event_pattern).detail.stateMachineArn) == toset([
      for name in keys(aws_sfn_state_machine.this) : "arn:aws:states:eu-west-1:123456789012:stateMachine:cutover-${name}" if !contains(["replica-check", "deployment"], name)
    ])
    error_message = "People are told of replicas that do not keep up, or not told of a machine that failed."
  }
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.told["unforeseen"].event_pattern).detail == {
      error           = [{ "anything-but" = ["Stuck"] }]
      stateMachineArn = ["arn:aws:states:eu-west-1:123456789012:stateMachine:cutover-deployment"]
      status          = ["FAILED", "TIMED_OUT"]
    }
    error_message = "Of a deployment that is stuck people are told twice, or not at all of one that failed otherwise."
  }
}

run "only_github_has_a_door_where_nobody_else_is_named" {
  command = plan

  assert {
    condition     = [for url in aws_lambda_function_url.door : url.function_name] == ["cutover-receive"]
    error_message = "A URL leads to another function than receive."
  }
  assert {
    condition     = !contains(keys(aws_lambda_function.this["post"].environment[0].variables), "CUTOVER_SLACK_BUTTONS")
    error_message = "Messages have buttons that nobody hears."
  }
}

run "an_alertmanager_has_a_door_of_its_own" {
  command = plan

  variables {
    alertmanager_secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:alertmanager"
  }

  assert {
    condition     = toset([for url in aws_lambda_function_url.door : url.function_name]) == toset(["cutover-receive", "cutover-alert"])
    error_message = "A URL leads to another function than receive and alert."
  }
}

run "a_topic_tells_at_the_same_door" {
  command = plan

  variables {
    alert_topic = { arn = "arn:aws:sns:eu-west-1:123456789012:shop-firing" }
  }

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.alerts : subscription.topic_arn] == ["arn:aws:sns:eu-west-1:123456789012:shop-firing"]
    error_message = "The topic does not tell."
  }

  assert {
    condition     = aws_lambda_function.this["alert"].environment[0].variables["CUTOVER_ALERT_TOPIC"] == "arn:aws:sns:eu-west-1:123456789012:shop-firing"
    error_message = "The function does not know which topic may tell it."
  }
}

run "where_people_act_from_slack_it_has_a_door_and_messages_have_buttons" {
  command = plan

  variables {
    slack_signing_secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-signing"
  }

  assert {
    condition     = toset([for url in aws_lambda_function_url.door : url.function_name]) == toset(["cutover-receive", "cutover-press"])
    error_message = "A URL leads to another function than receive and press."
  }
  assert {
    condition     = contains(keys(aws_lambda_function.this["post"].environment[0].variables), "CUTOVER_SLACK_BUTTONS")
    error_message = "A door listens for buttons, and messages have none."
  }
}

run "a_document_under_another_name_is_refused" {
  command = plan

  variables {
    services = { shop = { name = "checkout", cluster = "shop" } }
  }

  expect_failures = [var.services]
}

run "a_state_that_iam_takes_for_many_is_refused" {
  command = plan

  variables {
    services = { checkout = { name = "checkout", cluster = "shop", terraform = { bucket = "acme-terraform", key = "*" } } }
  }

  expect_failures = [var.services]
}

run "a_cluster_by_arn_is_refused" {
  command = plan

  variables {
    services = { checkout = { name = "checkout", cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop" } }
  }

  expect_failures = [var.services]
}

run "an_unknown_architecture_is_refused" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}
