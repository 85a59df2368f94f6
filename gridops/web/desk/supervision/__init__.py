"""/desk/supervision: 明察暗访, 通报问题, 督查事项, 考核得分, 申诉; each tab a file, `common` what they share."""
