# CloudFront before WAF before the load balancer, which has no public address.

locals {
  # AWS's own policies, the same in every account: CachingDisabled and AllViewer.
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_viewer       = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  security_headers = "67f7725c-6f97-4210-82d7-5512b31e9d03"
}

resource "aws_cloudfront_vpc_origin" "balancer" {
  vpc_origin_endpoint_config {
    name                   = var.name
    arn                    = aws_lb.this.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  enabled         = true
  is_ipv6_enabled = true
  comment         = var.name
  aliases         = [for name, _ in var.services : "${name}.${var.domain}"]
  http_version    = "http2and3"
  price_class     = "PriceClass_100"
  web_acl_id      = aws_wafv2_web_acl.edge.arn

  origin {
    origin_id   = "balancer"
    domain_name = aws_lb.this.dns_name

    vpc_origin_config {
      vpc_origin_id = aws_cloudfront_vpc_origin.balancer.id
    }
  }

  # What the services say of caching counts for browsers; here nothing is kept, so that a rollback is
  # one for everybody at once.
  default_cache_behavior {
    target_origin_id           = "balancer"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = local.caching_disabled
    origin_request_policy_id   = local.all_viewer
    response_headers_policy_id = local.security_headers
    compress                   = true
  }

  logging_config {
    bucket = aws_s3_bucket.this["edge-logs"].bucket_domain_name
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificates.edge
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }
}
