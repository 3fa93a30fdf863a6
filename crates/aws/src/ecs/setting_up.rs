//! How a service and its tasks are set up.
//!
//! Sources: the ECS API reference, `Service`, `LoadBalancer`, `AdvancedConfiguration` and
//! `ContainerDefinition`; the ECS developer guide, "Amazon ECS blue/green deployments".

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, CpuArchitecture, DeploymentConfiguration,
    DeploymentLifecycleHook, LaunchType, LoadBalancer as ToldBalancer, LogConfiguration, LogDriver,
    NetworkMode, OsFamily, RepositoryCredentials, Secret as ToldSecret, Service,
    ServiceConnectConfiguration, TaskDefinition,
};
use domain::Failure;
use domain::platform::Platform;
use domain::preflight::{
    Blueprint, Capacity, LoadBalancer, LogGroup, LogUse, Purchase, Secret, SecretUse, Wiring,
};

use super::reading::arn;

/// How a service is set up.
pub(super) fn wiring(told: &Service) -> Result<Wiring, Failure> {
    let controller = told.deployment_controller().map_or("ECS", |it| it.r#type().as_str());
    let configuration = told.deployment_configuration();
    let percent = |part: Option<i32>, otherwise: u32| {
        part.and_then(|part| u32::try_from(part).ok()).unwrap_or(otherwise)
    };
    let hooks = configuration.map(DeploymentConfiguration::lifecycle_hooks).unwrap_or_default();
    let newest = told.deployments().first().and_then(|it| it.service_connect_configuration());
    let balancers = told.load_balancers().iter().map(balancer);
    Ok(Wiring {
        controller: controller.to_owned(),
        capacity: capacity(told),
        percent: (
            percent(configuration.and_then(DeploymentConfiguration::minimum_healthy_percent), 100),
            percent(configuration.and_then(DeploymentConfiguration::maximum_percent), 200),
        ),
        balancers: balancers.collect::<Result<_, _>>()?,
        connects: newest.is_some_and(ServiceConnectConfiguration::enabled),
        hooks: hooks
            .iter()
            .filter_map(DeploymentLifecycleHook::hook_target_arn)
            .map(str::to_owned)
            .collect(),
    })
}

fn capacity(told: &Service) -> Capacity {
    match told.launch_type() {
        Some(LaunchType::Fargate) => return Capacity::Fargate(Some(Purchase::OnDemand)),
        Some(_) => return Capacity::Instances,
        None => {}
    }
    // `FARGATE` and `FARGATE_SPOT` are names that AWS keeps for itself, and not mixed with others.
    let providers = told.capacity_provider_strategy().iter();
    let bought: Option<BTreeSet<Purchase>> = providers
        .map(|it| match it.capacity_provider() {
            "FARGATE" => Some(Purchase::OnDemand),
            "FARGATE_SPOT" => Some(Purchase::Spot),
            _ => None,
        })
        .collect();
    match bought.map(|bought| bought.into_iter().collect::<Vec<_>>()).as_deref() {
        None | Some([]) => Capacity::Provider,
        Some([one]) => Capacity::Fargate(Some(*one)),
        Some(_) => Capacity::Fargate(None),
    }
}

fn balancer(told: &ToldBalancer) -> Result<LoadBalancer, Failure> {
    let advanced = told.advanced_configuration();
    let named = |name: Option<&str>| name.map(arn).transpose();
    Ok(LoadBalancer {
        group: named(told.target_group_arn())?,
        alternate: named(advanced.and_then(|it| it.alternate_target_group_arn()))?,
        production: named(advanced.and_then(|it| it.production_listener_rule()))?,
        test: named(advanced.and_then(|it| it.test_listener_rule()))?,
        role: named(advanced.and_then(|it| it.role_arn()))?,
    })
}

/// What a task definition asks for.
pub(super) fn blueprint(told: &TaskDefinition) -> Result<Blueprint, Failure> {
    let containers = told.container_definitions();
    let fargate = told.requires_compatibilities().contains(&Compatibility::Fargate);
    let runtime = told.runtime_platform();
    let system = runtime.and_then(|it| it.operating_system_family()).map(OsFamily::as_str);
    let cpu = runtime.and_then(|it| it.cpu_architecture()).map(CpuArchitecture::as_str);
    Ok(Blueprint {
        platform: (fargate || runtime.is_some()).then(|| Platform::of_runtime(system, cpu)),
        fargate,
        awsvpc: told.network_mode() == Some(&NetworkMode::Awsvpc),
        execution_role: told.execution_role_arn().map(arn).transpose()?,
        task_role: told.task_role_arn().map(arn).transpose()?,
        cpu: told.cpu().and_then(|units| units.parse().ok()),
        secrets: containers.iter().flat_map(secrets).collect(),
        logs: containers.iter().filter_map(log).collect(),
    })
}

/// What is read before a container starts: the login of its registry, its secrets, and those of its
/// log.
fn secrets(told: &ContainerDefinition) -> impl Iterator<Item = SecretUse> {
    let login = told.repository_credentials().map(RepositoryCredentials::credentials_parameter);
    let log = told.log_configuration().map(LogConfiguration::secret_options).unwrap_or_default();
    let named = told.secrets().iter().chain(log).map(ToldSecret::value_from);
    let all = login.map(Secret::credentials).into_iter().chain(named.map(Secret::value_from));
    all.map(|secret| SecretUse { container: called(told), secret })
}

fn log(told: &ContainerDefinition) -> Option<LogUse> {
    let logs = told.log_configuration().filter(|it| *it.log_driver() == LogDriver::Awslogs)?;
    let option = |name: &str| logs.options().and_then(|options| options.get(name)).cloned();
    Some(LogUse {
        container: called(told),
        group: LogGroup { name: option("awslogs-group")?, region: option("awslogs-region") },
        creates: option("awslogs-create-group").as_deref() == Some("true"),
    })
}

fn called(told: &ContainerDefinition) -> String {
    told.name().unwrap_or_default().to_owned()
}
