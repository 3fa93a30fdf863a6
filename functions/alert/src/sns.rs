//! The topic that tells alerts of Amazon Managed Prometheus.

use std::sync::Mutex;

use alertmanager::Refusal;
use alertmanager::sns::{Heard, Message, Topic};
use alertmanager::webhook::LIMIT;
use domain::Failure;
use workflow::ports::Clock;

/// Listens to a topic; `G` asks for what is at an address of SNS.
pub(crate) struct Sns<C, G> {
    clock: C,
    topic: Topic,
    get: G,
    /// The certificate that was asked for last: it is the same for months.
    certificate: Mutex<Option<(String, Vec<u8>)>>,
}

impl<C, G> Sns<C, G>
where
    C: Clock,
    G: AsyncFn(&str) -> Result<Vec<u8>, Failure>,
{
    pub(crate) fn new(clock: C, topic: Topic, get: G) -> Self {
        Self { clock, topic, get, certificate: Mutex::default() }
    }

    /// What a message says. That the topic is to tell us is confirmed here.
    pub(crate) async fn listen(&self, body: &[u8]) -> Result<Result<Heard, Refusal>, Failure> {
        let read = Message::read(LIMIT, body)
            .and_then(|message| Ok((message.certificate(&self.topic)?.to_owned(), message)));
        let (address, message) = match read {
            Ok(read) => read,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let certificate = self.certificate(&address).await?;

        let heard = message.heard(&self.topic, &certificate, self.clock.now());
        if let Ok(Heard::Confirm(address)) = &heard {
            (self.get)(address).await?;
            tracing::info!("{} tells us from now on", self.topic);
        }
        Ok(heard)
    }

    async fn certificate(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let known = self.known().clone();
        if let Some((_, certificate)) = known.filter(|(at, _)| at == address) {
            return Ok(certificate);
        }
        let certificate = (self.get)(address).await?;
        *self.known() = Some((address.to_owned(), certificate.clone()));
        Ok(certificate)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<(String, Vec<u8>)>> {
        self.certificate.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use jiff::Timestamp;
    use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey};
    use serde_json::{Value, json};

    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:firing";
    const CERTIFICATE: &str =
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-9c6465fa.pem";
    const CONFIRM: &str = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription";

    /// A clock that stands.
    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        async fn until(&self, _: Timestamp) {}
    }

    /// A message that subscribes us, and the certificate by which it is signed.
    fn subscription() -> (Vec<u8>, String) {
        let fields = [
            ("Message", "You have chosen to subscribe"),
            ("MessageId", "165545c9-2a5c-472c-8df2-7ff2be2b3b1b"),
            ("SubscribeURL", CONFIRM),
            ("Timestamp", "1970-01-01T00:00:00.000Z"),
            ("Token", "2336412f"),
            ("TopicArn", TOPIC),
            ("Type", "SubscriptionConfirmation"),
        ];
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
        let params = CertificateParams::new(["sns.amazonaws.com".to_owned()]).expect("a name");
        let signed: String =
            fields.iter().flat_map(|(name, value)| [*name, "\n", *value, "\n"]).collect();
        let signature = STANDARD.encode(key.sign(signed.as_bytes()).expect("a signature"));

        let mut message: Value =
            fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        message["SignatureVersion"] = json!("2");
        message["Signature"] = json!(signature);
        message["SigningCertURL"] = json!(CERTIFICATE);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        (message.to_string().into_bytes(), pem)
    }

    #[tokio::test]
    async fn a_subscription_is_confirmed_and_the_certificate_asked_for_once() {
        let (message, pem) = subscription();
        let asked = RefCell::new(Vec::new());
        let get = async |address: &str| {
            asked.borrow_mut().push(address.to_owned());
            Ok(pem.clone().into_bytes())
        };
        let sns = Sns::new(Noon, TOPIC.parse().expect("a topic"), get);

        for _ in 0..2 {
            let heard = sns.listen(&message).await.expect("SNS answers");
            assert_eq!(heard, Ok(Heard::Confirm(CONFIRM.to_owned())));
        }

        assert_eq!(asked.into_inner(), [CERTIFICATE, CONFIRM, CONFIRM]);
    }

    #[tokio::test]
    async fn what_is_forged_confirms_nothing() {
        let ((message, _), (_, of_somebody)) = (subscription(), subscription());
        let asked = RefCell::new(Vec::new());
        let get = async |address: &str| {
            asked.borrow_mut().push(address.to_owned());
            Ok(of_somebody.clone().into_bytes())
        };
        let sns = Sns::new(Noon, TOPIC.parse().expect("a topic"), get);

        let heard = sns.listen(&message).await.expect("SNS answers");

        assert_eq!(heard, Err(Refusal::Unsigned));
        assert_eq!(asked.into_inner(), [CERTIFICATE], "and nothing was asked for after it");
    }

    #[tokio::test]
    async fn a_certificate_that_cannot_be_had_is_waited_for() {
        let get = async |_: &str| Err(Failure::Unavailable("nobody answers".into()));
        let sns = Sns::new(Noon, TOPIC.parse().expect("a topic"), get);

        let failure = sns.listen(&subscription().0).await.expect_err("SNS tries again");
        assert_eq!(failure.name(), "Unavailable");
    }
}
