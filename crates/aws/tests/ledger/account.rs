//! An account in process, with the table of the ledger, the documents and the secrets.

use std::time::Duration;

use aws::DynamoDb;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use winterbaume_core::MockAws;
use winterbaume_dynamodb::DynamoDbService;
use winterbaume_s3::S3Service;
use winterbaume_secretsmanager::SecretsManagerService;
use winterbaume_ssm::SsmService;

use crate::line::Line;

/// The ledger's table.
pub(crate) const TABLE: &str = "cutover";

/// An account with an empty ledger.
pub(crate) struct Account {
    /// What goes wrong between it and us.
    pub(crate) line: Line,
    /// What our clients are built from.
    pub(crate) config: aws::Config,
    /// What a client of the SDK itself is built from.
    pub(crate) sdk: SdkConfig,
    /// DynamoDB itself, without our adapter.
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
}

impl Account {
    pub(crate) async fn new() -> Self {
        let mock = MockAws::builder()
            .with_service(DynamoDbService::new())
            .with_service(S3Service::new())
            .with_service(SecretsManagerService::new())
            .with_service(SsmService::new())
            .build();
        let line = Line::to(mock.http_client());
        // As many tries as `Config` has, with shorter waits between them.
        let retries = RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(Duration::from_millis(10));
        let patience = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_millis(500))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let sdk = mock
            .sdk_config("eu-west-1")
            .await
            .into_builder()
            .http_client(SharedHttpClient::new(line.clone()))
            .retry_config(retries)
            .timeout_config(patience)
            .build();

        let dynamodb = aws_sdk_dynamodb::Client::new(&sdk);
        create_table(&dynamodb).await;
        Self { line, config: sdk.clone().into(), sdk, dynamodb }
    }

    pub(crate) fn ledger(&self) -> DynamoDb {
        DynamoDb::new(&self.config, TABLE)
    }
}

/// The table as Terraform makes it: keys, the sparse index, paid by request.
async fn create_table(client: &aws_sdk_dynamodb::Client) {
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .expect("an attribute")
    };
    let key = |name: &str, kind: KeyType| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("a key")
    };
    let history = GlobalSecondaryIndex::builder()
        .index_name("history")
        .key_schema(key("listed", KeyType::Hash))
        .key_schema(key("began", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .expect("an index");

    client
        .create_table()
        .table_name(TABLE)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .attribute_definitions(attribute("listed"))
        .attribute_definitions(attribute("began"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .global_secondary_indexes(history)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .expect("a table");
}
