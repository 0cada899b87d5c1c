#pragma once

/// Which taints a toleration lets pass: of nodes (core/v1) and, by the same rule, of devices (resource.k8s.io/v1).
namespace coracle::api {

/// Whether the toleration matches the taint, by effect, key and value; an empty effect or key matches every one. Both
/// are structs with `key`, `value` and `effect`, the toleration with `operator_` too. Pure and thread-safe.
template<class Toleration, class Taint>
bool tolerates(const Toleration &toleration, const Taint &taint) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect)
        return false;
    if (!toleration.key.empty() && toleration.key != taint.key)
        return false;
    if (toleration.operator_ == "Exists")
        return true;
    return (toleration.operator_.empty() || toleration.operator_ == "Equal") && toleration.value == taint.value;
}

} // namespace coracle::api
