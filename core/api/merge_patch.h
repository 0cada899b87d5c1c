#pragma once

#include <boost/json/fwd.hpp>

namespace coracle::api {

/// RFC 7386: members of the patch replace those of the document, null removes, anything that is no object replaces the
/// whole.
void applyMergePatch(boost::json::value &document, const boost::json::value &patch);

} // namespace coracle::api
