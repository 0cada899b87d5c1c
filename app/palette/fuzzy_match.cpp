#include "app/palette/fuzzy_match.h"

#include <QStringList>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kLetter = 4, kInARow = 10, kWordBegins = 12, kTextBegins = 8;
/// The beginning of a word as a whole is what was meant most often.
constexpr int kWhole = 60;
constexpr int kLengthPenaltyMax = 30;

bool beginsWord(QStringView text, qsizetype place) {
    if (place == 0)
        return true;
    const QChar before = text[place - 1], here = text[place];
    return !before.isLetterOrNumber() || (before.isLower() && here.isUpper());
}

int wordScore(QStringView text, QStringView word) {
    if (const qsizetype place = text.indexOf(word, 0, Qt::CaseInsensitive); place >= 0) {
        const int letters = static_cast<int>(word.size()) * (kLetter + kInARow);
        return letters + (beginsWord(text, place) ? kWhole + kWordBegins : 0) + (place == 0 ? kTextBegins : 0);
    }
    int score = 0;
    qsizetype place = 0, last = -2;
    for (const QChar letter : word) {
        place = text.indexOf(letter, place, Qt::CaseInsensitive);
        if (place < 0)
            return 0;
        score += kLetter + (place == last + 1 ? kInARow : 0) + (beginsWord(text, place) ? kWordBegins : 0);
        last = place++;
    }
    return score;
}

} // namespace

int fuzzyScore(QStringView text, QStringView typed) {
    int score = 1;
    for (const QStringView word : typed.split(u' ', Qt::SkipEmptyParts)) {
        const int found = wordScore(text, word);
        if (found == 0)
            return 0;
        score += found;
    }
    return std::max(1, score - std::min<int>(kLengthPenaltyMax, static_cast<int>(text.size() / 2)));
}

} // namespace coracle::app
