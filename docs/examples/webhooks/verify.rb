# Verifies a webhook with nothing but Ruby's standard library (signatures v1 and v1a).
require 'openssl'

TOLERANCE_SECONDS = 5 * 60
# What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410).
ED25519_PREFIX = ['302a300506032b6570032100'].pack('H*')

# secret: whsec_…, or the public key whpk_…; headers: with lower-case names; body: the bytes as they arrived
def genuine?(secret, headers, body)
  timestamp = headers['webhook-timestamp']
  return false if (Time.now.to_i - Integer(timestamp, 10)).abs > TOLERANCE_SECONDS

  kind, encoded = secret.split('_', 2)
  key = encoded.unpack1('m0')
  text = "#{headers['webhook-id']}.#{timestamp}.#{body}".b
  # After a rotation there are two.
  headers['webhook-signature'].split.any? do |each|
    version, signature = each.split(',', 2)
    bytes = signature.unpack1('m0')
    case [kind, version]
    when %w[whsec v1]
      OpenSSL.secure_compare(OpenSSL::HMAC.digest('SHA256', key, text), bytes)
    when %w[whpk v1a]
      OpenSSL::PKey.read(ED25519_PREFIX + key).verify(nil, bytes, text)
    end
  end
end
