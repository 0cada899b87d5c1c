#pragma once

#include "app/workloads/detail_rows.h"

/// What is worth telling of an object of a kind, as a table: where in the object it stands, and how it is said.
namespace coracle::app {

/// Kinds without an entry have no facts of their own. No state; any thread.
QList<FactRow> resourceFacts(const QString &kindKey, const QJsonObject &object);
/// The labels of the pods that a Service selects, as a selector; empty: it selects none itself.
QString podSelectorOf(const QString &kindKey, const QJsonObject &object);

} // namespace coracle::app
