"""The field's own words that are kept in Chinese and shown in the reader's language: msgids for translators.

Sources, kinds of movement, spending categories and results of events are stored by these words;
templates translate them with the filter `field_word`.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS = (
    _("省拨款"),
    _("园区配套"),
    _("单位自筹"),
    _("社会资本"),
    _("到账园区"),
    _("拨付单位"),
    _("直接拨付"),
    _("资金到位"),
    _("支出"),
    _("退回"),
    _("园区退回"),
    _("设备费"),
    _("业务费"),
    _("劳务费"),
    _("间接费用"),
    _("设备购置费"),
    _("设备试制费"),
    _("设备改造与租赁费"),
    _("材料费"),
    _("测试化验加工费"),
    _("燃料动力费"),
    _("差旅费"),
    _("会议费"),
    _("国际合作与交流费"),
    _("出版/文献/信息传播/知识产权事务费"),
    _("专家咨询费"),
    _("其他支出"),
    _("通过"),
    _("限期整改"),
    _("不通过"),
    _("通过验收"),
    _("结题"),
    _("不通过验收"),
    _("收录"),
    _("批准"),
    _("不批准"),
)
"""Every such word, once; a test holds the list complete."""
