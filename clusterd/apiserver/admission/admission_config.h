#pragma once

#include "clusterd/apiserver/admission/plugins.h"

#include <filesystem>

namespace coracle::apiserver {

/// Reads the file of --admission-control-config-file (apiserver.config.k8s.io/v1 AdmissionConfiguration) into the
/// options: what it says about PodSecurity, in place or by the path of a further file.
Result<> readAdmissionConfig(const std::filesystem::path &file, AdmissionOptions &options);

} // namespace coracle::apiserver
