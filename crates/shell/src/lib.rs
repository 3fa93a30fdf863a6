//! Runs one step as a Lambda function.
