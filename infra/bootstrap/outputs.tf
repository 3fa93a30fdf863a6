output "bucket" {
  description = "The bucket of the states."
  value       = aws_s3_bucket.state.id
}

output "roles" {
  description = "The ARNs of the roles of the workflows."
  value       = { for name, role in aws_iam_role.workflow : name => role.arn }
}

output "boundary" {
  description = "The ARN of the boundary that every role made by terraform apply has."
  value       = aws_iam_policy.boundary.arn
}
