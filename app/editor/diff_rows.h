#pragma once

#include "app/models/row_list_model.h"

namespace coracle::app {

/// A line of a difference, as two columns show it.
struct DiffRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString before MEMBER left)
    Q_PROPERTY(QString after MEMBER right)
    Q_PROPERTY(bool removed MEMBER removed)
    Q_PROPERTY(bool added MEMBER added)

public:
    QString key; ///< the row's number
    QString left, right;
    bool removed = false; ///< left is not in the new text
    bool added = false;   ///< right is not in the old one
};

/// A unified difference (lineDiff(): lines that begin with "+", "-" or a blank) with what was removed beside what came
/// in its place.
QList<DiffRow> diffRows(const QString &unified);

/// The rows of a difference for two columns, at most kRowsMax. GUI thread.
class DiffRowList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)

public:
    static constexpr int kRowsMax = 500;

    explicit DiffRowList(QObject *parent = nullptr) : RowListModel(DiffRow::staticMetaObject, parent) {}
    QString text() const { return m_text; }
    void setText(const QString &text);

Q_SIGNALS:
    void textChanged();

private:
    QString m_text;
};

} // namespace coracle::app
