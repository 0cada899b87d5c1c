#pragma once

#include "core/cel/value.h"

namespace coracle::api {
class Quantity;
}

/// Objects of the libraries for variables that the program gives to an expression.
namespace coracle::cel {

/// kubernetes.Quantity, as quantity("...") makes it.
Value quantityValue(const api::Quantity &amount);
/// kubernetes.Semver, as semver("...") makes it; an error value for a text that is none.
Value semverValue(std::string_view text);

/// The types of the two.
Type quantityType();
Type semverType();

} // namespace coracle::cel
