#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/user.h"
#include "core/base/clock.h"

#include <optional>

namespace coracle::apiserver {

/// The user of a bootstrap token `<id>.<secret>` (Secrets kube-system/bootstrap-token-<id>): system:bootstrap:<id> in
/// system:bootstrappers and the Secret's extra groups. Nothing when the text has not that form; an error (401) when it
/// has, but no valid Secret stands for it.
Result<std::optional<UserInfo>> bootstrapTokenUser(const Reader &reader, WallTime now, std::string_view token);

} // namespace coracle::apiserver
