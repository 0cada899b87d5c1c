#pragma once

#include "clusterd/apiserver/user.h"

namespace coracle::apiserver {

/// Who makes requests without credentials.
inline UserInfo anonymousUser() {
    UserInfo user;
    user.name = kSystemAnonymous;
    user.groups.emplace_back(kSystemUnauthenticated);
    return user;
}

} // namespace coracle::apiserver
