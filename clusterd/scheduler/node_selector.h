#pragma once

#include "core/api/node_selector.h"

namespace coracle::scheduler {

using api::NodeTerm;

} // namespace coracle::scheduler
