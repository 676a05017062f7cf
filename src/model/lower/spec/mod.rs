//! What lowering promises, rule by rule.
