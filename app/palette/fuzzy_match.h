#pragma once

#include <QString>

namespace coracle::app {

/// How well `text` fits what somebody typed: every word of it must be there, letter by letter in order, without regard
/// to case. The larger the better; beginnings of words and letters in a row count more, long texts less. 0: it does not
/// fit; nothing typed fits everything. Pure.
int fuzzyScore(QStringView text, QStringView typed);

} // namespace coracle::app
