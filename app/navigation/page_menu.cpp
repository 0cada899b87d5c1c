#include "app/navigation/page_menu.h"

namespace coracle::app {

namespace {

/// A section stands where its first page stands in the registry.
int rankOf(int row) {
    const QList<PageRegistry::Page> &pages = PageRegistry::pages();
    const QLatin1String section(pages[row].section);
    for (int i = 0; i < row; ++i) {
        if (pages[i].section && section == QLatin1String(pages[i].section))
            return i;
    }
    return row;
}

} // namespace

PageMenu::PageMenu(QObject *parent) : QSortFilterProxyModel(parent) {
    sort(0);
}

int PageMenu::rowOf(const QString &pageId) const {
    for (int row = 0; row < rowCount(); ++row) {
        if (pageAt(row) == pageId)
            return row;
    }
    return -1;
}

QString PageMenu::pageAt(int row) const {
    return data(index(row, 0), PageRegistry::IdRole).toString();
}

bool PageMenu::filterAcceptsRow(int row, const QModelIndex &) const {
    return PageRegistry::pages()[row].section != nullptr;
}

bool PageMenu::lessThan(const QModelIndex &left, const QModelIndex &right) const {
    const int leftRank = rankOf(left.row()), rightRank = rankOf(right.row());
    return leftRank != rightRank ? leftRank < rightRank : left.row() < right.row();
}

} // namespace coracle::app
