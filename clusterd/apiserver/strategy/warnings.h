#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"

#include <optional>

/// What the server tells clients about writes that succeed but are likely not meant so: deprecated fields, labels and
/// annotations, names that surprise later, definitions that hide others (pkg/api/*/warnings). Sent as Warning headers.
namespace coracle::apiserver {

using WarningList = std::vector<std::string>;

/// A pod or a pod template at the path; the path of a pod is empty.
void warnPod(WarningList &warnings, const FieldPath &path, const JsonObject &podTemplate);
/// The name of the object becomes part of what is named here, and so should be a DNS label.
void warnHostname(WarningList &warnings, const JsonObject &object, std::string_view usedIn);
/// The spec of a PersistentVolumeClaim.
void warnClaimSpec(WarningList &warnings, const FieldPath &path, const JsonObject &spec);
/// Deprecated labels of nodes in the requirements of one term of a node selector.
void warnNodeTerm(WarningList &warnings, const FieldPath &path, const JsonObject &term);
/// What is deprecated about a label of nodes, and what to use instead.
std::optional<std::string_view> deprecatedNodeLabel(std::string_view label);
/// Kinds of volumes that are deprecated or gone, among the members of a volume (or a PersistentVolume's spec).
void warnVolumeSource(WarningList &warnings, const FieldPath &path, const JsonObject &volume);
/// IPv6 addresses that are not in their canonical form.
void warnIp(WarningList &warnings, const FieldPath &path, std::string_view address);
void warnCidr(WarningList &warnings, const FieldPath &path, std::string_view cidr);

void warnService(WarningList &warnings, const JsonObject &service);

} // namespace coracle::apiserver
